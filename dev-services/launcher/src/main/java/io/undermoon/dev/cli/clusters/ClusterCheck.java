package io.undermoon.dev.cli.clusters;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.clusterclient.SlotMap;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.controlplane.ServiceQueries;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is not as it should be in one cluster, by its metadata and by what its proxies say to clients. */
final class ClusterCheck {
    private static final List<List<String>> QUESTIONS =
            List.of(List.of("CLUSTER", "INFO"), List.of("CLUSTER", "SLOTS"));

    private ClusterCheck() {}

    /** @param cluster as the broker describes it */
    static List<String> problems(Broker broker, String name, JsonNode cluster, ServiceQueries proxies) {
        List<String> problems = new ArrayList<>();
        @Nullable String[] owners = owners(cluster, problems);
        Set<HostPort> addresses = new LinkedHashSet<>();
        cluster.path("nodes")
                .forEach(node ->
                        addresses.add(HostPort.parse(node.path("proxy_address").asText())));
        Map<HostPort, ServiceQueries.Answer> answers = proxies.ask(addresses, QUESTIONS);
        answers.forEach((address, answer) -> {
            if (answer.problem() != null) {
                problems.add("proxy " + address + " does not answer: " + answer.problem());
            } else if (answer.reply(0) instanceof RespValue.Failure failure) {
                problems.add("proxy " + address + " says nothing to us: " + failure.text());
            } else {
                said(address, answer, owners, problems);
            }
        });
        copies(broker, name, problems);
        return problems;
    }

    /** The proxy of each slot, null for none. */
    private static @Nullable String[] owners(JsonNode cluster, List<String> problems) {
        @Nullable String[] owners = new String[Slot.COUNT];
        int twice = 0;
        for (JsonNode node : cluster.path("nodes")) {
            for (JsonNode tagged : node.path("slots")) {
                if (tagged.path("tag").has("Importing")) {
                    continue;
                }
                for (JsonNode range : tagged.path("range_list")) {
                    for (int slot = range.path(0).asInt(); slot <= range.path(1).asInt(); slot++) {
                        twice += owners[slot] == null ? 0 : 1;
                        owners[slot] = node.path("proxy_address").asText();
                    }
                }
            }
        }
        int none = 0;
        for (String owner : owners) {
            none += owner == null ? 1 : 0;
        }
        if (none > 0) {
            problems.add(none + " slots have no owner in the metadata");
        }
        if (twice > 0) {
            problems.add(twice + " slots have several owners in the metadata");
        }
        return owners;
    }

    private static void said(
            HostPort address, ServiceQueries.Answer answer, @Nullable String[] owners, List<String> problems) {
        if (answer.reply(0) instanceof RespValue.Bulk info && !info.text().contains("cluster_state:ok")) {
            problems.add("proxy " + address + " says that the cluster is not ok: "
                    + info.text()
                            .lines()
                            .limit(5)
                            .reduce((a, b) -> a + ", " + b)
                            .orElse(""));
        }
        if (answer.reply(1) instanceof RespValue.Failure failure) {
            problems.add("proxy " + address + " does not tell who has which slots: " + failure.text());
            return;
        }
        SlotMap map = SlotMap.parse(answer.reply(1), address);
        int different = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            String said =
                    map.shard(slot).map(shard -> shard.master().toString()).orElse(null);
            different += Objects.equals(owners[slot], said) ? 0 : 1;
        }
        if (different > 0) {
            problems.add("proxy " + address + " names other owners for " + different
                    + " slots than the broker; slots that have just moved settle within a second");
        }
    }

    private static void copies(Broker broker, String name, List<String> problems) {
        JsonNode replicas = Calls.of(() -> broker.get("/clusters/replicas/" + name));
        for (JsonNode replica : replicas.path("replicas")) {
            if (!replica.path("spare").asBoolean(false)
                    && !replica.path("in_sync").asBoolean(false)) {
                problems.add("replica " + replica.path("node_address").asText() + " of "
                        + replica.path("master_address").asText()
                        + (replica.path("in_sync").isNull() ? " was not reported yet" : " is not in sync"));
            }
        }
        problems.addAll(Calls.texts(replicas.path("notices")));
    }
}
