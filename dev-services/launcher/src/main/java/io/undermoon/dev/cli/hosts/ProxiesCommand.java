package io.undermoon.dev.cli.hosts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon proxies}: all registered proxies. */
@Command(
        name = "proxies",
        mixinStandardHelpOptions = true,
        description = "Lists the registered proxies: their hosts, nodes, clusters, and what is wrong with them.")
public final class ProxiesCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Broker broker = target.broker();
        JsonNode metadata = Calls.of(() -> broker.get("/metadata"));
        List<String> failed = Calls.texts(metadata.path("failed_proxies"));
        List<String> failing =
                Calls.texts(Calls.of(() -> broker.get("/failures")).path("addresses"));
        ArrayNode result = Calls.array();
        metadata.path("all_proxies").forEach(proxy -> {
            String address = proxy.path("proxy_address").asText();
            String state = failed.contains(address)
                    ? "failed"
                    : failing.contains(address)
                            ? "reported"
                            : metadata.path("maintenance").has(address)
                                    ? "maintenance"
                                    : proxy.path("cluster").isTextual() ? "used" : "free";
            ObjectNode entry = result.addObject()
                    .put("proxy", address)
                    .put("host", proxy.path("host").asText())
                    .put("cluster", proxy.path("cluster").asText(null))
                    .put("state", state)
                    .put("replica_address", proxy.path("replica_address").asText(null));
            entry.set("nodes", proxy.path("node_addresses"));
        });
        output.show(result, () -> output.print(table(result)));
        return 0;
    }

    private static Table table(JsonNode proxies) {
        Table table = new Table()
                .column("PROXY")
                .column("HOST")
                .column("CLUSTER")
                .column("STATE", ProxiesCommand::style)
                .column("NODES");
        proxies.forEach(proxy -> table.row(
                proxy.path("proxy").asText(),
                proxy.path("host").asText(),
                proxy.path("cluster").asText(""),
                proxy.path("state").asText(),
                String.join(", ", Calls.texts(proxy.path("nodes")))));
        return table;
    }

    private static Style style(String state) {
        return switch (state) {
            case "failed", "reported" -> Style.BAD;
            case "maintenance" -> Style.WARNING;
            case "used" -> Style.GOOD;
            default -> Style.FAINT;
        };
    }
}
