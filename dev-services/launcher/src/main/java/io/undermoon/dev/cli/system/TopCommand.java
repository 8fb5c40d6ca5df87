package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.migrations.MigrationLines;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.ClusterTarget;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.cli.options.Pause;
import io.undermoon.dev.cli.options.Terminal;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.InfoFields;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.dev.controlplane.ServiceQueries.Answer;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon top}: what goes on now, proxy by proxy. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what goes on, proxy by proxy, until Ctrl-C: commands and bytes a second between two looks, clients,"
                    + " keys, memory, and what moves.",
            "With -o json or yaml one document for each look."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  undermoon top", "  undermoon top demo --interval 0.5", "  undermoon top --once -o json"})
public final class TopCommand implements Callable<Integer> {
    private static final String CLEAR = "\033[H\033[2J";
    private static final double MIN_SECONDS = 0.1;
    private static final List<List<String>> QUESTIONS =
            List.of(List.of("INFO", "clients", "stats", "cpu"), List.of("INFO", "memory"), List.of("INFO", "keyspace"));

    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Option(names = "--interval", paramLabel = "SECONDS", description = "Between two looks (default: 1).")
    private double seconds = 1;

    @Option(names = "--once", description = "Look twice, show the difference, and end.")
    private boolean once;

    @Parameters(index = "0", arity = "0..1", paramLabel = "CLUSTER", description = "Only proxies of this cluster.")
    private @Nullable String cluster;

    /** What a proxy has said at one time. */
    private record Sample(long nanos, InfoFields work, InfoFields memory, InfoFields keyspace, String problem) {
        /** The growth of a counter a second, since another sample. */
        double perSecond(String counter, Sample before) {
            double time = (nanos - before.nanos) / 1e9;
            long growth = work.numberOrZero(counter) - before.work.numberOrZero(counter);
            return time <= 0 || growth < 0 ? 0 : growth / time;
        }

        boolean isKnown() {
            return !work.isEmpty();
        }
    }

    @Override
    public Integer call() {
        if (!(seconds >= MIN_SECONDS)) {
            throw new UsageException("--interval " + seconds + " is less than " + MIN_SECONDS);
        }
        String wanted = cluster == null ? null : Calls.cluster(cluster);
        Broker broker = target.broker();
        try (ServiceQueries proxies = new ServiceQueries(target.login().proxies())) {
            Map<HostPort, Sample> before = samples(clusters(broker, wanted), proxies);
            do {
                Pause.millis(Math.round(seconds * 1000));
                Map<String, List<HostPort>> all = clusters(broker, wanted);
                Map<HostPort, Sample> now = samples(all, proxies);
                show(broker, all, before, now);
                before = now;
            } while (!once);
        }
        return 0;
    }

    private static Map<String, List<HostPort>> clusters(Broker broker, @Nullable String wanted) {
        Map<String, List<HostPort>> clusters = new LinkedHashMap<>();
        if (wanted != null) {
            ClusterTarget.description(broker, wanted);
        }
        Calls.of(() -> broker.get("/clusters/proxies"))
                .path("clusters")
                .fields()
                .forEachRemaining(entry -> {
                    if (wanted == null || wanted.equals(entry.getKey())) {
                        clusters.put(
                                entry.getKey(),
                                Calls.texts(entry.getValue()).stream()
                                        .map(HostPort::parse)
                                        .toList());
                    }
                });
        return clusters;
    }

    private static Map<HostPort, Sample> samples(Map<String, List<HostPort>> clusters, ServiceQueries proxies) {
        Map<HostPort, Sample> samples = new HashMap<>();
        List<HostPort> all = clusters.values().stream().flatMap(List::stream).toList();
        proxies.ask(all, QUESTIONS).forEach((address, answer) -> samples.put(address, sample(answer)));
        return samples;
    }

    private static Sample sample(Answer answer) {
        String problem = answer.problem() != null
                ? answer.problem()
                : answer.reply(0) instanceof RespValue.Failure failure ? failure.text() : "";
        return new Sample(
                answer.answeredMillis() * 1_000_000,
                fields(answer.reply(0)),
                fields(answer.reply(1)),
                fields(answer.reply(2)),
                problem);
    }

    private static InfoFields fields(RespValue reply) {
        return reply instanceof RespValue.Bulk bulk ? InfoFields.parse(bulk.text()) : InfoFields.NONE;
    }

    private void show(
            Broker broker,
            Map<String, List<HostPort>> clusters,
            Map<HostPort, Sample> before,
            Map<HostPort, Sample> now) {
        ArrayNode rows = Calls.array();
        clusters.forEach((name, proxies) -> proxies.forEach(proxy -> {
            Sample sample = now.get(proxy);
            if (sample != null) {
                rows.add(row(name, proxy, sample, before.getOrDefault(proxy, sample)));
            }
        }));
        JsonNode moving = Calls.of(() -> broker.get("/clusters/info")).path("clusters");
        ObjectNode result = Calls.object();
        result.set("proxies", rows);
        result.set("clusters", moving);
        output.show(result, () -> {
            if (!once && Terminal.isOutput()) {
                output.line(CLEAR + "undermoon top  " + LocalTime.now().truncatedTo(ChronoUnit.SECONDS));
            }
            output.print(table(rows));
            moving.forEach(entry -> {
                if (clusters.containsKey(entry.path("name").asText())) {
                    MigrationLines.of(entry.path("migrations")).forEach(output::line);
                }
            });
        });
    }

    private static ObjectNode row(String cluster, HostPort proxy, Sample now, Sample before) {
        ObjectNode row = Calls.object().put("cluster", cluster).put("proxy", proxy.toString());
        if (!now.isKnown()) {
            return row.put("problem", now.problem());
        }
        return row.put("commands_per_second", Math.round(now.perSecond("total_commands_processed", before)))
                .put("errors_per_second", Math.round(now.perSecond("total_error_replies", before)))
                .put("bytes_in_per_second", Math.round(now.perSecond("total_net_input_bytes", before)))
                .put("bytes_out_per_second", Math.round(now.perSecond("total_net_output_bytes", before)))
                .put("clients", now.work().numberOrZero("connected_clients"))
                .put("blocked_clients", now.work().numberOrZero("blocked_clients"))
                .put("keys", now.keyspace().keys())
                .put("used_memory", now.memory().numberOrZero("used_memory"))
                .put("maxmemory", now.memory().numberOrZero("maxmemory"));
    }

    private static Table table(JsonNode rows) {
        Table table = new Table()
                .column("CLUSTER")
                .column("PROXY")
                .number("COMMANDS/S")
                .number("ERRORS/S")
                .number("IN/S")
                .number("OUT/S")
                .number("CLIENTS")
                .number("KEYS")
                .number("MEMORY")
                .column("", text -> Style.BAD);
        rows.forEach(row -> table.row(
                row.path("cluster").asText(),
                row.path("proxy").asText(),
                count(row, "commands_per_second"),
                count(row, "errors_per_second"),
                bytes(row, "bytes_in_per_second"),
                bytes(row, "bytes_out_per_second"),
                count(row, "clients"),
                count(row, "keys"),
                bytes(row, "used_memory") + limit(row),
                row.has("problem") ? "! " + row.path("problem").asText() : " "));
        return table;
    }

    private static String count(JsonNode row, String member) {
        return row.has(member) ? Amounts.count(row.path(member).asLong()) : "";
    }

    private static String bytes(JsonNode row, String member) {
        return row.has(member) ? Amounts.bytes(row.path(member).asDouble()) : "";
    }

    private static String limit(JsonNode row) {
        long max = row.path("maxmemory").asLong();
        return max == 0 ? "" : " of " + Amounts.bytes(max);
    }
}
