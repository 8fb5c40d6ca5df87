package io.undermoon.dev.cli.bench;

import io.undermoon.dev.bench.BenchReport;
import io.undermoon.dev.bench.BenchSubjects;
import io.undermoon.dev.bench.Benchmark;
import io.undermoon.dev.bench.Cell;
import io.undermoon.dev.bench.LoadTarget;
import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.Matrix;
import io.undermoon.dev.bench.RatioTable;
import io.undermoon.dev.bench.Workload;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.plan.BenchPlan;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon bench}: measures the proxy beside the bare server. */
@Command(
        name = "bench",
        subcommands = {MigrationBenchCommand.class, ControlPlaneBenchCommand.class, FailoverBenchCommand.class},
        mixinStandardHelpOptions = true,
        description = {
            "Starts a redis-server and a proxy in front of it, puts load on both in turn, and prints the proxy's"
                    + " throughput, latency, CPU time and allocation with the ratios to the bare server.",
            "Without --full or one of --commands, --size, --connections, --pipeline it measures a small choice in about"
                    + " two minutes; with one of them all combinations of what is given."
        })
public final class BenchCommand implements Callable<Integer> {
    @Mixin
    private Workspace workspace = new Workspace();

    @Option(names = "--quick", description = "The small choice of cells; the default.")
    private boolean quick;

    @Option(names = "--full", description = "Every command with every size, number of connections and pipeline.")
    private boolean full;

    @Option(names = "--commands", split = ",", paramLabel = "NAME", description = "Any of: ${COMPLETION-CANDIDATES}.")
    private List<Workload> commands = List.of();

    @Option(names = "--size", split = ",", paramLabel = "BYTES", description = "Sizes of values.")
    private List<Integer> sizes = List.of();

    @Option(names = "--connections", split = ",", paramLabel = "N", description = "Numbers of clients.")
    private List<Integer> connections = List.of();

    @Option(names = "--pipeline", split = ",", paramLabel = "N", description = "Commands a client sends at once.")
    private List<Integer> pipelines = List.of();

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "0.7",
            description = "Of each of the two runs of a measurement (default: ${DEFAULT-VALUE}).")
    private double durationSeconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each target is measured in a cell; medians are shown (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "12",
            description = "Load on each target before anything counts (default: ${DEFAULT-VALUE}).")
    private double warmUpSeconds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event loops of the proxy (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "HOST:PORT[@PID]",
            description = "Another proxy that runs already and serves all keys; with its process id its CPU time is"
                    + " measured too. May be repeated.")
    private List<String> against = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (durationSeconds <= 0 || rounds < 1 || warmUpSeconds <= 0) {
            throw new UsageException("--duration, --rounds and --warm-up must be more than 0");
        }
        List<Cell> cells = cells();
        List<LoadTarget> others = others();
        Progress progress = new Progress(System.out);
        Installation installation = workspace.forBench();
        int port = Ports.freeBlock(3);
        BenchPlan plan = new BenchPlan(port, port + 1, port + 2, threads);
        BenchReport report;
        try (Subjects running = new Subjects(BenchSubjects.start(plan, installation, progress))) {
            report = measure(running.subjects, others, cells, progress);
        }
        print(report, others);
        JsonFile.write(json, report);
        return 0;
    }

    /** The subjects end with this program, however it ends. */
    private static final class Subjects implements AutoCloseable {
        private final BenchSubjects subjects;
        private final Thread hook;

        Subjects(BenchSubjects subjects) {
            this.subjects = subjects;
            this.hook = new Thread(subjects::close, "stop-subjects");
            Runtime.getRuntime().addShutdownHook(hook);
        }

        @Override
        public void close() {
            subjects.close();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private BenchReport measure(BenchSubjects subjects, List<LoadTarget> others, List<Cell> cells, Progress progress) {
        List<LoadTarget> targets = new ArrayList<>(subjects.targets());
        targets.addAll(others);
        try (Benchmark benchmark = new Benchmark(targets, rounds, seconds(durationSeconds), progress)) {
            Machine machine = Machine.current(subjects.redisVersion(), benchmark.load());
            progress.step("warming up");
            benchmark.warmUp(seconds(warmUpSeconds));
            return new BenchReport(machine, threads, rounds, durationSeconds, benchmark.run(cells));
        }
    }

    private void print(BenchReport report, List<LoadTarget> others) {
        Machine machine = report.machine();
        System.out.printf(
                Locale.ROOT,
                "%n%d cores, load average %.1f at the start; %s; Java %s; redis-server %s%n"
                        + "proxy with %d event loop(s); medians of %d rounds of %.1f s; load by %s%n%n",
                machine.cores(),
                machine.loadAverage(),
                machine.system(),
                machine.java(),
                machine.redis(),
                report.proxyThreads(),
                report.rounds(),
                report.secondsPerMeasurement(),
                machine.load());
        System.out.println(RatioTable.render(report, BenchSubjects.PROXY, BenchSubjects.REDIS));
        for (LoadTarget other : others) {
            System.out.println(RatioTable.render(report, other.name(), BenchSubjects.REDIS));
            System.out.println(RatioTable.render(report, BenchSubjects.PROXY, other.name()));
        }
        System.out.println(
                "CPU us: CPU time of the process per command, and of the other; B/cmd: heap allocated per command;\n"
                        + "gen: how busy the load generator's thread was while latencies were measured.");
    }

    private List<Cell> cells() {
        boolean chosen = !commands.isEmpty() || !sizes.isEmpty() || !connections.isEmpty() || !pipelines.isEmpty();
        if ((quick ? 1 : 0) + (full ? 1 : 0) + (chosen ? 1 : 0) > 1) {
            throw new UsageException("--quick, --full and a choice of cells exclude each other");
        }
        try {
            return full ? Matrix.full() : chosen ? Matrix.of(commands, sizes, connections, pipelines) : Matrix.quick();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private List<LoadTarget> others() {
        try {
            return against.stream().map(LoadTarget::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new UsageException("--against: " + e.getMessage(), e);
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
    }
}
