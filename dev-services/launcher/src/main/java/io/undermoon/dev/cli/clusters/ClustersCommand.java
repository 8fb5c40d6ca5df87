package io.undermoon.dev.cli.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.migrations.MigrationLines;
import io.undermoon.dev.cli.migrations.ScaleCommand;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.ClusterTarget;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.cli.options.DryRun;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.Slots;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.UsageException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon clusters}: makes, changes and shows clusters. */
@Command(
        name = "clusters",
        mixinStandardHelpOptions = true,
        description = "Lists, creates, changes, checks and deletes clusters.",
        subcommands = {
            ClustersCommand.Listing.class,
            ClustersCommand.Create.class,
            ScaleCommand.class,
            ClustersCommand.Config.class,
            ClustersCommand.Delete.class,
            ClustersCommand.Info.class,
            ClustersCommand.SlotList.class,
            ClusterCheckCommand.class,
            ClusterFixCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class ClustersCommand {
    private ClustersCommand() {}

    /** {@code undermoon clusters list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the clusters.")
    static final class Listing implements Callable<Integer> {
        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Broker broker = target.broker();
            JsonNode clusters = Calls.of(() -> broker.get("/clusters/info")).path("clusters");
            ArrayNode result = Calls.array();
            Table table = new Table()
                    .column("CLUSTER")
                    .number("NODES")
                    .number("WITH SLOTS")
                    .number("EPOCH")
                    .number("MIGRATIONS")
                    .number("SLOTS MOVING");
            clusters.forEach(cluster -> {
                JsonNode migrations = cluster.path("migrations");
                int moving = 0;
                for (JsonNode migration : migrations) {
                    moving += Slots.count(migration.path("slot_range").path("range_list"));
                }
                result.addObject()
                        .put("name", cluster.path("name").asText())
                        .put("nodes", cluster.path("node_number").asInt())
                        .put(
                                "nodes_with_slots",
                                cluster.path("node_number_with_slots").asInt())
                        .put("epoch", cluster.path("epoch").asLong())
                        .put("migrations", migrations.size())
                        .put("slots_moving", moving);
                table.row(
                        cluster.path("name").asText(),
                        cluster.path("node_number").asText(),
                        cluster.path("node_number_with_slots").asText(),
                        cluster.path("epoch").asText(),
                        migrations.size(),
                        moving);
            });
            output.show(result, () -> output.print(table));
            return 0;
        }
    }

    /** {@code undermoon clusters create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Creates a cluster of free proxies. A cluster of 4 nodes has 2 masters and 2 replicas.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  undermoon clusters create orders 8",
                "  undermoon clusters create orders 8 --copies 3 --dry-run"
            })
    static final class Create implements Callable<Integer> {
        @Mixin
        private BrokerTarget target = new BrokerTarget();

        @Mixin
        private DryRun dryRun = new DryRun();

        @Option(names = "--copies", paramLabel = "N", description = "Copies of the data, 2 to 5 (default: 2).")
        private @Nullable Integer copies;

        @Parameters(index = "0", paramLabel = "NAME", description = "1 to 31 characters of A-Z a-z 0-9 @ - _.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "NODES", description = "How many, a multiple of 4.")
        private int nodes;

        @Override
        public Integer call() {
            String cluster = Calls.cluster(name);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("node_number", nodes);
            if (copies != null) {
                body.put("copies", copies);
            }
            if (dryRun.isOn()) {
                body.put("action", "create");
                body.put("cluster", cluster);
                return dryRun.show(target, body);
            }
            Broker broker = target.broker();
            Calls.of(() -> broker.send("POST", "/clusters/meta/" + cluster, body));
            Output output = dryRun.output();
            output.show(
                    Calls.object().put("created", cluster),
                    () -> output.line("Cluster " + cluster + " of " + nodes + " nodes is created."));
            return 0;
        }
    }

    /** {@code undermoon clusters config}. */
    @Command(
            name = "config",
            mixinStandardHelpOptions = true,
            description = {
                "Shows the configuration of a cluster, or sets fields of it, all or none.",
                "The fields are those of PATCH /clusters/config in docs/http-api.md."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  undermoon clusters config orders",
                "  undermoon clusters config orders min_replica_acks=1 copies=3"
            })
    static final class Config implements Callable<Integer> {
        @Mixin
        private ClusterTarget target = new ClusterTarget();

        @Mixin
        private Output output = new Output();

        @Parameters(index = "1..*", arity = "0..*", paramLabel = "FIELD=VALUE", description = "What to set.")
        private List<String> fields = List.of();

        @Override
        public Integer call() {
            String cluster = target.name();
            Broker broker = target.broker();
            if (!fields.isEmpty()) {
                Map<String, String> body = new LinkedHashMap<>();
                fields.forEach(field -> {
                    int equals = field.indexOf('=');
                    if (equals < 1) {
                        throw new UsageException("'" + field + "' is not FIELD=VALUE");
                    }
                    body.put(field.substring(0, equals), field.substring(equals + 1));
                });
                Calls.of(() -> broker.send("PATCH", "/clusters/config/" + cluster, body));
            }
            JsonNode config = target.description().path("config");
            output.show(config, () -> {
                Table table = new Table().column("FIELD").column("VALUE");
                rows(config, "", table);
                output.print(table);
            });
            return 0;
        }

        private static void rows(JsonNode object, String prefix, Table table) {
            object.fields().forEachRemaining(field -> {
                if (field.getValue().isObject()) {
                    String group = field.getKey().equals("migration_config") ? "migration_" : "";
                    rows(field.getValue(), group, table);
                } else {
                    table.row(prefix + field.getKey(), field.getValue().asText());
                }
            });
        }
    }

    /** {@code undermoon clusters delete}. */
    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = "Deletes a cluster with all its keys; its proxies become free.",
            footerHeading = "%nExample:%n",
            footer = "  undermoon clusters delete orders --yes")
    static final class Delete implements Callable<Integer> {
        @Mixin
        private ClusterTarget target = new ClusterTarget();

        @Mixin
        private DryRun dryRun = new DryRun();

        @Mixin
        private Confirmation confirmation = new Confirmation();

        @Override
        public Integer call() {
            String cluster = target.name();
            if (dryRun.isOn()) {
                return dryRun.show(target.system(), Map.of("action", "remove", "cluster", cluster));
            }
            Broker broker = target.broker();
            target.description();
            confirmation.demand("Delete cluster " + cluster + " and all its keys?");
            Calls.of(() -> broker.send("DELETE", "/clusters/meta/" + cluster, null));
            Output output = dryRun.output();
            output.show(
                    Calls.object().put("deleted", cluster),
                    () -> output.line("Cluster " + cluster + " is deleted; its proxies are free."));
            return 0;
        }
    }

    /** {@code undermoon clusters info}. */
    @Command(
            name = "info",
            mixinStandardHelpOptions = true,
            description = "Shows a cluster: size, epoch, configuration, what is wrong with its copies, what moves.")
    static final class Info implements Callable<Integer> {
        @Mixin
        private ClusterTarget target = new ClusterTarget();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            String cluster = target.name();
            Broker broker = target.broker();
            JsonNode info = Calls.of(() -> broker.get("/clusters/info/" + cluster));
            JsonNode replicas = Calls.of(() -> broker.get("/clusters/replicas/" + cluster));
            ObjectNode result = Calls.object();
            info.fields().forEachRemaining(field -> result.set(field.getKey(), field.getValue()));
            result.set("config", target.description().path("config"));
            result.set("replicas", replicas.path("replicas"));
            result.set("notices", replicas.path("notices"));
            output.show(result, () -> print(result));
            return 0;
        }

        private void print(JsonNode result) {
            long behind = 0;
            for (JsonNode replica : result.path("replicas")) {
                behind += replica.path("in_sync").isBoolean()
                                && !replica.path("in_sync").asBoolean()
                        ? 1
                        : 0;
            }
            output.line(
                    output.styled(Style.TITLE, "Cluster " + result.path("name").asText()));
            output.line("nodes: " + result.path("node_number").asInt() + ", with slots: "
                    + result.path("node_number_with_slots").asInt() + ", epoch: "
                    + result.path("epoch").asLong());
            output.line("replicas: " + result.path("replicas").size() + ", not in sync: " + behind);
            Calls.texts(result.path("notices"))
                    .forEach(notice -> output.line(output.styled(Style.WARNING, "! " + notice)));
            MigrationLines.of(result.path("migrations")).forEach(output::line);
        }
    }

    /** {@code undermoon clusters slots}. */
    @Command(
            name = "slots",
            mixinStandardHelpOptions = true,
            description = "Shows which master has which slots, and where they are moving.")
    static final class SlotList implements Callable<Integer> {
        @Mixin
        private ClusterTarget target = new ClusterTarget();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            JsonNode nodes = target.description().path("nodes");
            ArrayNode result = Calls.array();
            for (JsonNode node : nodes) {
                for (JsonNode tagged : node.path("slots")) {
                    if (!tagged.path("tag").has("Importing")) {
                        add(node, tagged, result);
                    }
                }
            }
            output.show(result, () -> output.print(table(result)));
            return 0;
        }

        private static void add(JsonNode node, JsonNode tagged, ArrayNode result) {
            String destination = tagged.path("tag")
                    .path("Migrating")
                    .path("dst_node_address")
                    .asText(null);
            for (JsonNode range : tagged.path("range_list")) {
                result.addObject()
                        .put("start", range.path(0).asInt())
                        .put("end", range.path(1).asInt())
                        .put("node", node.path("address").asText())
                        .put("proxy", node.path("proxy_address").asText())
                        .put("moving_to", destination);
            }
        }

        private static Table table(JsonNode ranges) {
            Table table = new Table()
                    .number("START")
                    .number("END")
                    .number("SLOTS")
                    .column("NODE")
                    .column("PROXY")
                    .column("MOVING TO");
            ranges.forEach(range -> table.row(
                    range.path("start").asText(),
                    range.path("end").asText(),
                    Amounts.count(
                            range.path("end").asInt() - range.path("start").asInt() + 1),
                    range.path("node").asText(),
                    range.path("proxy").asText(),
                    range.path("moving_to").asText("")));
            return table;
        }
    }
}
