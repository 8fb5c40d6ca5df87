package io.undermoon.dev.cli;

import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.metadata.HostPort;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The broker that a command talks to. */
final class BrokerTarget {
    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            description = "The broker (default: that of the local stack).")
    private @Nullable String broker;

    /**
     * Its address as {@code host:port}.
     *
     * @throws LaunchException if none is given and there is no stack
     */
    String address() {
        if (broker != null) {
            return HostPort.parse(broker).toString();
        }
        StackState state = workspace
                .data()
                .load()
                .orElseThrow(() -> new LaunchException(
                        "there is no stack in " + workspace.data().root() + "; say --broker HOST:PORT"));
        return StackPlan.brokerAddress(state.shape());
    }

    /** The command line of another command for the same broker. */
    String command(String text) {
        return workspace.command(broker == null ? text : text + " --broker " + broker);
    }
}
