package io.undermoon.dev.cli.bench;

import io.undermoon.dev.bench.failover.FailoverBenchmark;
import io.undermoon.dev.bench.failover.FailoverReport;
import io.undermoon.dev.bench.failover.FailoverTable;
import io.undermoon.dev.bench.failover.Fault;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon bench failover}: how long a client cannot write when a part of the cluster fails. */
@Command(
        name = "failover",
        mixinStandardHelpOptions = true,
        description = {
            "Lets a client write while the master's proxy is killed, its Redis, or both, while the proxy is stopped or"
                    + " cut off, and prints the time until the first write that is acknowledged and the errors until"
                    + " then; of a planned switchover the longest time without an acknowledged write and all errors."
                    + " Beside Redis Cluster, whose master is killed, stopped and switched over.",
            "Takes about half an hour; --times 3 is a quick look."
        })
final class FailoverBenchCommand implements Callable<Integer> {
    private static final int CHUNK_NODES = 4;

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often each fault happens (default: ${DEFAULT-VALUE}).")
    private int times;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "FAULT",
            description = "Any of: ${COMPLETION-CANDIDATES} (default: all but half_of_masters).")
    private List<Fault> faults = List.of();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "4",
            description = "Nodes of the cluster, a multiple of 4; not of Redis Cluster, which has 6 (default:"
                    + " ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--coordinators",
            paramLabel = "N",
            defaultValue = "1",
            description = "Coordinators (default: ${DEFAULT-VALUE}).")
    private int coordinators;

    @Option(
            names = "--redis-node-timeout",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "cluster-node-timeout of Redis Cluster; 0 leaves it out (default: ${DEFAULT-VALUE}).")
    private int redisNodeTimeoutMillis;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (times < 1 || redisNodeTimeoutMillis < 0) {
            throw new UsageException("--times must be more than 0, and --redis-node-timeout not less");
        }
        if (nodes < CHUNK_NODES || nodes % CHUNK_NODES != 0) {
            throw new UsageException("--nodes " + nodes + " is not a multiple of " + CHUNK_NODES);
        }
        FailoverReport report = new FailoverBenchmark(
                        workspace.forServiceBench("bench-failover"),
                        faults.isEmpty()
                                ? EnumSet.complementOf(EnumSet.of(Fault.HALF_OF_MASTERS))
                                : EnumSet.copyOf(faults),
                        times,
                        nodes,
                        coordinators,
                        redisNodeTimeoutMillis)
                .run(new Progress(System.out));
        System.out.printf(
                Locale.ROOT,
                "%n%d cores, load average %.1f at the start; Java %s; %d nodes, %d coordinator(s); Redis Cluster with"
                        + " node-timeout %d ms%n%n%s",
                report.machine().cores(),
                report.machine().loadAverage(),
                report.machine().java(),
                report.nodes(),
                report.coordinators(),
                report.redisNodeTimeoutMillis(),
                FailoverTable.render(report));
        JsonFile.write(json, report);
        return 0;
    }
}
