package io.undermoon.dev.cli.bench;

import io.undermoon.dev.bench.controlplane.ControlPlaneBenchmark;
import io.undermoon.dev.bench.controlplane.ControlPlaneReport;
import io.undermoon.dev.bench.controlplane.ControlPlaneTable;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.lifecycle.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon bench control-plane}: what broker and coordinators cost with very many proxies. */
@Command(
        name = "control-plane",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a broker and coordinators, and simulates proxies that only speak the control protocol. Prints the"
                    + " CPU time of each process while nothing changes, and how long it takes and how much is sent"
                    + " until all proxies have a change.",
            "Takes about two minutes."
        })
final class ControlPlaneBenchCommand implements Callable<Integer> {
    private static final Duration SETTLE = Duration.ofSeconds(15);

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--proxies",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Simulated proxies (default: ${DEFAULT-VALUE}).")
    private int proxies;

    @Option(
            names = "--coordinators",
            paramLabel = "N",
            defaultValue = "2",
            description = "Coordinators (default: ${DEFAULT-VALUE}).")
    private int coordinators;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long nothing changes (default: ${DEFAULT-VALUE}).")
    private int idleSeconds;

    @Option(
            names = "--changes",
            paramLabel = "N",
            defaultValue = "5",
            description = "Failovers to measure (default: ${DEFAULT-VALUE}).")
    private int changes;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        ControlPlaneReport report = new ControlPlaneBenchmark(
                        workspace.forServiceBench("bench-control-plane"),
                        proxies,
                        coordinators,
                        SETTLE,
                        Duration.ofSeconds(idleSeconds),
                        changes)
                .run(new Progress(System.out));
        System.out.printf(
                Locale.ROOT,
                "%n%d cores, load average %.1f at the start; Java %s; %d proxies, %d of them in one cluster%n%n%s",
                report.machine().cores(),
                report.machine().loadAverage(),
                report.machine().java(),
                report.proxies(),
                report.inCluster(),
                ControlPlaneTable.render(report));
        JsonFile.write(json, report);
        return 0;
    }
}
