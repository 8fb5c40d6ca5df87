package io.undermoon.dev.cli.hosts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.Slots;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon nodes}: Redis nodes of clusters. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        description = "Lists the Redis nodes of clusters: their roles, slots, and whether replicas are in sync.")
public final class NodesCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", arity = "0..1", paramLabel = "CLUSTER", description = "Only those of this cluster.")
    private @Nullable String cluster;

    @Override
    public Integer call() {
        Broker broker = target.broker();
        ArrayNode result = Calls.array();
        List<String> names = cluster == null
                ? Calls.texts(Calls.of(() -> broker.get("/clusters/names")).path("names"))
                : List.of(Calls.cluster(cluster));
        names.forEach(name -> add(broker, name, result));
        output.show(result, () -> output.print(table(result)));
        return 0;
    }

    private static void add(Broker broker, String name, ArrayNode result) {
        JsonNode replicas =
                Calls.of(() -> broker.get("/clusters/replicas/" + name)).path("replicas");
        JsonNode cluster = Calls.of(() -> broker.get("/clusters/meta/" + name)).path("cluster");
        for (String members : List.of("nodes", "spares")) {
            for (JsonNode node : cluster.path(members)) {
                String address = node.path("address").asText();
                JsonNode replica = find(replicas, address);
                result.addObject()
                        .put("cluster", name)
                        .put("node", address)
                        .put("proxy", node.path("proxy_address").asText())
                        .put("role", node.path("repl").path("role").asText())
                        .put("spare", members.equals("spares"))
                        .put("slots", Slots.served(node))
                        .put("master", replica.path("master_address").asText(null))
                        .set("in_sync", replica.path("in_sync").isMissingNode() ? null : replica.path("in_sync"));
            }
        }
    }

    private static JsonNode find(JsonNode replicas, String address) {
        for (JsonNode replica : replicas) {
            if (replica.path("node_address").asText().equals(address)) {
                return replica;
            }
        }
        return Calls.object();
    }

    private static Table table(JsonNode nodes) {
        Table table = new Table()
                .column("CLUSTER")
                .column("NODE")
                .column("PROXY")
                .column("ROLE")
                .number("SLOTS")
                .column("MASTER")
                .column(
                        "IN SYNC",
                        word -> word.equals("no") ? Style.BAD : word.equals("yes") ? Style.GOOD : Style.FAINT);
        nodes.forEach(node -> table.row(
                node.path("cluster").asText(),
                node.path("node").asText(),
                node.path("proxy").asText(),
                node.path("role").asText() + (node.path("spare").asBoolean() ? " (spare)" : ""),
                node.path("role").asText().equals("master") ? node.path("slots").asText() : "",
                node.path("master").asText(""),
                node.path("in_sync").isBoolean() ? node.path("in_sync").asBoolean() ? "yes" : "no" : ""));
        return table;
    }
}
