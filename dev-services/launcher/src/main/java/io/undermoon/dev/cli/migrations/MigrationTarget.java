package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.ClusterTarget;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.cli.options.Terminal;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.MigrationApi;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The cluster that a command about migrations is for, and its progress until no slot moves any more. */
final class MigrationTarget {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration LINES = Duration.ofSeconds(1);
    private static final long NO_EPOCH = Long.MAX_VALUE;
    private static final String ERASE_LINE = "\r\033[K";

    @Mixin
    private ClusterTarget cluster = new ClusterTarget();

    @Option(names = "--no-wait", description = "Do not wait until the slots have moved.")
    private boolean noWait;

    /** A call that may fail as the network and the broker do. */
    @FunctionalInterface
    interface Call<T> {
        T on(MigrationApi api, ClusterName cluster) throws IOException;
    }

    /**
     * @throws UsageException if the arguments of the call are not valid
     * @throws LaunchException if the broker refuses or cannot be asked
     */
    <T> T call(Call<T> call) {
        try {
            return call.on(new MigrationApi(broker().access()), new ClusterName(cluster()));
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    BrokerTarget broker() {
        return cluster.system();
    }

    String cluster() {
        return cluster.name();
    }

    /** Whether the command is to return before the slots have moved. */
    boolean noWait() {
        return noWait;
    }

    /** The command line of another command for the same cluster. */
    String command(String name, Object... arguments) {
        StringBuilder text = new StringBuilder(name).append(' ').append(cluster());
        for (Object argument : arguments) {
            text.append(' ').append(argument);
        }
        return broker().command(text.toString());
    }

    /**
     * Shows the migrations until there is none, as a bar on a terminal and otherwise a line for each once a second, and
     * then the sum of them.
     */
    ObjectNode watch(Output output) {
        return watch(Calls.array(), output);
    }

    /**
     * As {@link #watch(Output)}, with migrations that were planned and may have ended before the first look.
     *
     * @param output where people see it; for programs nothing is shown
     * @return what programs want to know
     */
    ObjectNode watch(JsonNode planned, Output output) {
        try (ServiceQueries proxies = new ServiceQueries(broker().login().proxies())) {
            return watch(planned, NO_EPOCH, output, new SourceReports(proxies));
        }
    }

    /**
     * As {@link #watch(Output)}, for a call that does not tell what it has planned.
     *
     * @param epoch of the cluster before the call; migrations that were planned later are its
     */
    ObjectNode watchSince(long epoch, Output output) {
        try (ServiceQueries proxies = new ServiceQueries(broker().login().proxies())) {
            return watch(Calls.array(), epoch, output, new SourceReports(proxies));
        }
    }

    private Set<HostPort> proxies() {
        Broker api = cluster.broker();
        Set<HostPort> proxies = new LinkedHashSet<>();
        Calls.texts(Calls.of(() -> api.get("/clusters/proxies"))
                        .path("clusters")
                        .path(cluster()))
                .forEach(proxy -> proxies.add(HostPort.parse(proxy)));
        return proxies;
    }

    private ObjectNode watch(JsonNode planned, long since, Output output, SourceReports reports) {
        long start = System.nanoTime();
        long shown = start - LINES.toNanos();
        MigrationTally tally = new MigrationTally();
        tally.add(planned);
        JsonNode migrations = call(MigrationApi::info).path("migrations");
        while (!migrations.isEmpty() && !noWait) {
            JsonNode newest = reports.newer(migrations);
            tally.add(newest);
            if (Terminal.isOutput()) {
                output.keep(ERASE_LINE + tally.bar());
            } else if (System.nanoTime() - shown >= LINES.toNanos()) {
                shown = System.nanoTime();
                MigrationLines.of(newest).forEach(output::note);
            }
            pause();
            migrations = call(MigrationApi::info).path("migrations");
        }
        tally.add(migrations);
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        if (migrations.isEmpty()) {
            Set<HostPort> sources = new LinkedHashSet<>(tally.sources());
            sources.addAll(since == NO_EPOCH ? Set.of() : proxies());
            tally.addEnded(reports.ended(sources), since);
        }
        if (!migrations.isEmpty()) {
            MigrationLines.of(reports.newer(migrations)).forEach(output::note);
        } else if (tally.isEmpty()) {
            output.note("No slot of cluster " + cluster() + " is moving.");
        } else {
            String summary = tally.summary(time);
            output.note(Terminal.isOutput() ? ERASE_LINE + tally.bar() + "\n" + summary : summary);
        }
        return tally.result().put("cluster", cluster()).put("moving", migrations.size());
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
