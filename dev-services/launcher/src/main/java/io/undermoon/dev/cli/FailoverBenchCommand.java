package io.undermoon.dev.cli;

import io.undermoon.dev.bench.failover.FailoverBenchmark;
import io.undermoon.dev.bench.failover.FailoverReport;
import io.undermoon.dev.bench.failover.FailoverTable;
import io.undermoon.dev.bench.failover.Fault;
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
                    + " then; beside Redis Cluster, whose master is killed and stopped.",
            "Takes about half an hour; --times 3 is a quick look."
        })
final class FailoverBenchCommand implements Callable<Integer> {
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
            description = "Any of: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Fault> faults = List.of(Fault.values());

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
        FailoverReport report = new FailoverBenchmark(
                        workspace.forServiceBench("bench-failover"),
                        EnumSet.copyOf(faults),
                        times,
                        coordinators,
                        redisNodeTimeoutMillis)
                .run(new Progress(System.out));
        System.out.printf(
                Locale.ROOT,
                "%n%d cores, load average %.1f at the start; Java %s; %d coordinator(s); Redis Cluster with"
                        + " node-timeout %d ms%n%n%s",
                report.machine().cores(),
                report.machine().loadAverage(),
                report.machine().java(),
                report.coordinators(),
                report.redisNodeTimeoutMillis(),
                FailoverTable.render(report));
        JsonFile.write(json, report);
        return 0;
    }
}
