package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.DirectoryLock;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.lifecycle.LocalStack;
import io.undermoon.dev.lifecycle.ProcessSet;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon up}: starts a stack, or continues one. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts a stack and waits until it serves; Ctrl-C stops it.",
            "A second `up` on the same data directory continues where the first stopped: processes that still run are"
                    + " kept, others are started again on their ports, and nothing that was stored is lost."
        },
        footerHeading = "%nPorts, all on 127.0.0.1:%n",
        footer = {
            "  without --base-port               with --base-port P",
            "  7799          broker (HTTP)       P",
            "  6699, 6701..  coordinators (RESP) P+3, P+5..",
            "  5299, 5301..  proxies (RESP)      P+21, P+23..",
            "  15299, 15301..  for their replicas P+420, P+421..",
            "  7001, 7002..  Redis nodes         P+220, P+221..",
            "Coordinators and proxies have HTTP (health, metrics) on the port just below their RESP port."
        })
public final class UpCommand implements Callable<Integer> {
    private static final int ALL_ENDED = 1;

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--proxies",
            paramLabel = "N",
            description = "Proxies, each with two Redis nodes and each a host of"
                    + " its own for the broker (default: 4). A cluster of 4 nodes takes 2.")
    private @Nullable Integer proxies;

    @Option(names = "--coordinators", paramLabel = "N", description = "Coordinators side by side (default: 1).")
    private @Nullable Integer coordinators;

    @Option(
            names = "--cluster",
            paramLabel = "NAME:NODES[:COPIES]",
            description = "A cluster to create unless it exists, such as"
                    + " demo:4; the number of nodes is a multiple of 4. With 3 copies, as in demo:4:3, each two proxies"
                    + " have a third one as a hot spare. May be repeated.")
    private List<String> clusters = List.of();

    @Option(
            names = "--active-redirection",
            description = "Proxies forward commands for slots of other proxies instead of"
                    + " answering MOVED, so that clients without cluster support work.")
    private @Nullable Boolean activeRedirection;

    @Option(names = "--base-port", paramLabel = "P", description = "The first port of a block of 520; see below.")
    private @Nullable Integer basePort;

    @Option(names = "--detach", description = "Return when the stack serves, and let it run; stop it with `down`.")
    private boolean detach;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for each" + " step before giving up (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Override
    public Integer call() {
        List<WantedCluster> wanted = clusters.stream().map(WantedCluster::parse).toList();
        if (timeoutSeconds < 1) {
            throw new UsageException("--timeout " + timeoutSeconds + " is less than 1");
        }
        workspace.requireServices();
        DataDirectory data = workspace.data();
        if (!Files.exists(data.root())) {
            // Refuses wrong options before there is a directory.
            StackShape.first(request());
        }
        try (DirectoryLock lock = lock(data)) {
            StackShape shape = shape(data);
            Installation installation = workspace.forStarting();
            Progress progress = new Progress(System.out);
            progress.step("stack in " + data.root() + " with redis-server " + installation.redisServer());
            ProcessSet processSet = new ProcessSet(data, state(data, shape));
            Thread stopAll = new Thread(() -> processSet.close(progress), "stop-all");
            Runtime.getRuntime().addShutdownHook(stopAll);
            return up(new LocalStack(processSet, progress, shape, installation), wanted, stopAll, processSet, shape);
        }
    }

    private int up(
            LocalStack stack, List<WantedCluster> wanted, Thread stopAll, ProcessSet processSet, StackShape shape) {
        try {
            List<Cluster> serving = stack.up(wanted, Duration.ofSeconds(timeoutSeconds));
            System.out.println();
            new NextSteps(System.out, workspace).print(StackPlan.brokerAddress(shape), wanted, serving);
            if (detach) {
                processSet.release();
                Runtime.getRuntime().removeShutdownHook(stopAll);
                System.out.println("It runs in the background. Stop it with: " + workspace.command("down"));
                return 0;
            }
            System.out.println("Ctrl-C stops it. Its data stays, and `up` continues from there.");
            stack.watch();
            return ALL_ENDED;
        } catch (LaunchException e) {
            Runtime.getRuntime().removeShutdownHook(stopAll);
            throw e;
        } catch (CancellationException e) {
            // The hook is stopping the processes; the lock is kept until it has finished.
            join(stopAll);
            throw e;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private StackShape.Request request() {
        return new StackShape.Request(proxies, coordinators, activeRedirection, basePort);
    }

    private StackShape shape(DataDirectory data) {
        StackShape.Request request = request();
        return data.load()
                .map(state -> state.shape().continuedWith(request))
                .orElseGet(() -> StackShape.first(request));
    }

    private static StackState state(DataDirectory data, StackShape shape) {
        return data.load()
                .orElseGet(() -> StackState.of(shape))
                .withShape(shape)
                .withLauncher(
                        LiveProcesses.identify(ProcessHandle.current().pid()).orElseThrow());
    }

    private DirectoryLock lock(DataDirectory data) {
        return data.lock()
                .orElseThrow(() -> new LaunchException("another `up` or `down` is at work on " + data.root()
                        + "; use its stack, stop it with `" + workspace.command("down")
                        + "`, or choose another --data"));
    }
}
