package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.MigrationApi;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.metadata.ClusterName;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The cluster that a command about migrations is for, and watching it until no slot moves any more. */
final class MigrationTarget {
    private static final Duration POLL = Duration.ofSeconds(1);

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            description = "The broker (default: that of the local stack).")
    private @Nullable String broker;

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "The name of the cluster.")
    private String cluster = "";

    @Option(names = "--no-wait", description = "Do not wait until the slots have moved.")
    private boolean noWait;

    private final PrintStream out = System.out;

    /** Something that may fail as the network and the broker do. */
    @FunctionalInterface
    interface Call<T> {
        T on(MigrationApi api, ClusterName cluster) throws IOException;
    }

    /** @throws LaunchException if the broker refuses or cannot be asked */
    <T> T call(Call<T> call) {
        try {
            return call.on(new MigrationApi(address()), new ClusterName(cluster));
        } catch (IOException | IllegalArgumentException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Prints how far the migrations are, once a second, until there is none. */
    void watch() {
        List<String> lines = show();
        while (!noWait && !lines.isEmpty()) {
            pause();
            lines = show();
        }
        if (lines.isEmpty()) {
            out.println("No slot of cluster " + cluster + " is moving.");
        }
    }

    private List<String> show() {
        JsonNode info = call(MigrationApi::info);
        List<String> lines = MigrationLines.of(info.path("migrations"));
        lines.forEach(out::println);
        return lines;
    }

    private String address() {
        if (broker != null) {
            return broker;
        }
        StackState state = workspace
                .data()
                .load()
                .orElseThrow(() -> new LaunchException(
                        "there is no stack in " + workspace.data().root() + "; say --broker HOST:PORT"));
        return StackPlan.brokerAddress(state.shape());
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
