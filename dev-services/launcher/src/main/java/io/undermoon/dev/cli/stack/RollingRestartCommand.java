package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.DirectoryLock;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.lifecycle.HostRestarts;
import io.undermoon.dev.lifecycle.ProcessSet;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.lifecycle.RollingRestart;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.UsageException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon rolling-restart}: restarts the processes of the stack while clients work. */
@Command(
        name = "rolling-restart",
        mixinStandardHelpOptions = true,
        description = {
            "Restarts the processes of a stack one after the other; clients that try again notice nothing.",
            "Hosts are restarted one at a time: their masters move away before, and the next one follows when all"
                    + " copies are in sync again. The stack has to run in the background, see `up --detach`.",
            "For a system elsewhere, --exec says how a host is restarted."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  undermoon rolling-restart proxies",
            "  undermoon rolling-restart --context prod --exec 'ssh {host} systemctl restart undermoon-proxy'"
        })
public final class RollingRestartCommand implements Callable<Integer> {
    /** What can be restarted. */
    enum Part {
        BROKERS(ServiceKind.BROKER),
        COORDINATORS(ServiceKind.COORDINATOR),
        PROXIES(ServiceKind.PROXY),
        NODES(ServiceKind.REDIS);

        private final ServiceKind kind;

        Part(ServiceKind kind) {
            this.kind = kind;
        }
    }

    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Option(
            names = "--exec",
            paramLabel = "COMMAND",
            description = "Run this for each host, by sh on this machine, when its masters have moved away; {host} and"
                    + " {proxies} in it are its name and the addresses of its proxies.")
    private @Nullable String command;

    @Option(names = "--host", paramLabel = "HOST", split = ",", description = "Only these hosts, with --exec.")
    private List<String> hosts = List.of();

    @Parameters(
            paramLabel = "WHAT",
            arity = "0..*",
            description = "What to restart: ${COMPLETION-CANDIDATES}, in lower case (default: all).")
    private List<Part> parts = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for each step before giving up (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Override
    public Integer call() {
        if (timeoutSeconds < 1) {
            throw new UsageException("--timeout " + timeoutSeconds + " is less than 1");
        }
        if (command != null) {
            if (!parts.isEmpty()) {
                throw new UsageException("with --exec the command decides what is restarted, and not WHAT");
            }
            new HostRestarts(target.broker(), new Progress(System.out), Duration.ofSeconds(timeoutSeconds))
                    .run(command, hosts);
            return 0;
        }
        if (!target.isLocal()) {
            throw new UsageException("processes elsewhere are restarted by --exec COMMAND");
        }
        if (!hosts.isEmpty()) {
            throw new UsageException("--host needs --exec");
        }
        Workspace workspace = target.workspace();
        Set<ServiceKind> kinds = EnumSet.noneOf(ServiceKind.class);
        (parts.isEmpty() ? List.of(Part.values()) : parts).forEach(part -> kinds.add(part.kind));
        DataDirectory data = workspace.data();
        try (DirectoryLock lock = lock(data)) {
            StackState state =
                    data.load().orElseThrow(() -> new LaunchException("there is no stack in " + data.root()));
            Progress progress = new Progress(System.out);
            new RollingRestart(
                            new ProcessSet(data, state),
                            progress,
                            state.shape(),
                            workspace.forStarting(),
                            Duration.ofSeconds(timeoutSeconds))
                    .run(kinds);
            progress.step("everything is restarted");
        }
        return 0;
    }

    private static DirectoryLock lock(DataDirectory data) {
        return data.lock()
                .orElseThrow(() -> new LaunchException("another command is at work on " + data.root()
                        + ", perhaps an `up` without --detach, which stops its stack itself"));
    }
}
