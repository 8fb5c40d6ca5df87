package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.DirectoryLock;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.lifecycle.Attachments;
import io.undermoon.dev.lifecycle.LocalStack;
import io.undermoon.dev.lifecycle.ProcessSet;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.dev.plan.WantedCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code undermoon serve}: runs a stack for the programs that attach to it, such as tests, and throws it away with all
 * its data once none is attached any more.
 */
@Command(
        name = "serve",
        hidden = true,
        mixinStandardHelpOptions = true,
        description = {
            "Starts a new stack with one cluster for programs that attach to it. When the last of them ends, by itself"
                    + " or killed, all processes are killed and the data is removed.",
            "The file `attach` in the data directory says on which port programs attach."
        })
public final class ServeCommand implements Callable<Integer> {
    /** Another process has the data directory. */
    private static final int IN_USE = 3;

    /** How long the program that has started this one may take to attach. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** The order to start what does not run, with so many proxies. */
    private static final String UP = "up ";

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(names = "--cluster", required = true, paramLabel = "NAME:NODES[:COPIES]", description = "Its cluster.")
    private String cluster = "";

    @Option(names = "--active-redirection", description = "Proxies forward commands instead of answering MOVED.")
    private boolean activeRedirection;

    @Option(
            names = "--base-port",
            paramLabel = "P",
            description = "The first port of a block (default: one that is free).")
    private @Nullable Integer basePort;

    @Option(names = "--temporary", description = "The data directory itself is removed in the end, too.")
    private boolean isTemporary;

    @Option(names = "--redis-server", paramLabel = "FILE", description = "The server to run as Redis nodes.")
    private @Nullable Path redisServer;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for each step before giving up (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

    @Override
    public Integer call() {
        WantedCluster wanted = WantedCluster.parse(cluster);
        DataDirectory data = workspace.data();
        // Held until this process has ended, and so until nothing of the stack is left.
        Optional<DirectoryLock> lock = data.lock();
        if (lock.isEmpty()) {
            return IN_USE;
        }
        try (Attachments attachments = Attachments.open(
                PATIENCE, orders::add, () -> Runtime.getRuntime().exit(0))) {
            endLeftOver(data);
            int base = basePort == null ? Ports.freeBlock(PortLayout.BLOCK_SIZE) : basePort;
            StackShape shape =
                    StackShape.first(new StackShape.Request(wanted.proxies(), null, activeRedirection, base));
            ProcessSet processSet = new ProcessSet(data, StackState.of(shape));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                processSet.kill();
                remove(data);
            }));
            data.saveAttachment(ProcessHandle.current().pid(), attachments.port());
            return serve(wanted, shape, processSet, attachments);
        }
    }

    private void remove(DataDirectory data) {
        if (isTemporary) {
            EmptyDirectory.remove(data.root());
        } else {
            data.clear();
        }
    }

    /** What a launcher that was killed could not end and remove. */
    private static void endLeftOver(DataDirectory data) {
        data.load().ifPresent(state -> new ProcessSet(data, state).kill());
        data.clear();
    }

    private int serve(WantedCluster wanted, StackShape first, ProcessSet processSet, Attachments attachments) {
        Installation installation = workspace.forStarting(redisServer);
        Progress progress = new Progress(System.out);
        StackShape shape = first;
        up(List.of(wanted), shape, processSet, installation, progress);
        attachments.describe(description(wanted, shape, processSet));
        while (true) {
            String order = await();
            List<String> failure = new ArrayList<>();
            try {
                StackShape next = shape.continuedWith(request(order));
                up(List.of(), next, processSet, installation, progress);
                shape = next;
            } catch (LaunchException | UsageException e) {
                progress.step("cannot do `" + order + "`: " + e.getMessage());
                failure.add("error=" + String.valueOf(e.getMessage()).replace('\n', ' '));
            }
            failure.addAll(description(wanted, shape, processSet));
            attachments.describe(failure);
        }
    }

    private void up(
            List<WantedCluster> wanted,
            StackShape shape,
            ProcessSet processSet,
            Installation installation,
            Progress progress) {
        new LocalStack(processSet, progress, shape, installation).up(wanted, Duration.ofSeconds(timeoutSeconds));
    }

    private String await() {
        try {
            return orders.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    private static StackShape.Request request(String order) {
        try {
            if (order.startsWith(UP)) {
                return new StackShape.Request(Integer.valueOf(order.substring(UP.length())), null, null, null);
            }
        } catch (NumberFormatException e) {
            // It is reported below.
        }
        throw new UsageException("'" + order + "' is not `" + UP + "<number of proxies>`");
    }

    private static List<String> description(WantedCluster wanted, StackShape shape, ProcessSet processSet) {
        List<String> lines = new ArrayList<>();
        lines.add("cluster=" + wanted.name());
        lines.add("active_redirection=" + shape.activeRedirection());
        lines.add("broker=" + StackPlan.brokerAddress(shape));
        lines.add("proxies=" + String.join(",", StackPlan.proxyAddresses(shape)));
        processSet.services().forEach((service, started) -> {
            if (LiveProcesses.isRunning(started.process())) {
                lines.add("process." + service + "=" + started.process().pid());
            }
        });
        return lines;
    }
}
