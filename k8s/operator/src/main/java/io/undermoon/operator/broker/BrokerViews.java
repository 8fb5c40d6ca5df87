package io.undermoon.operator.broker;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a {@link BrokerView} by a handful of calls. They are not of one instant; whoever decides by it looks again. */
public final class BrokerViews {
    /** Of a chunk. */
    private static final int NODES = 4;
    /** Of a broker of a former version. */
    private static final String NO_SUCH_PATH = "PATH_NOT_FOUND";

    private BrokerViews() {}

    public static BrokerView read(BrokerClient broker, String cluster) {
        Map<String, String> draining = new HashMap<>();
        Set<String> drained = new HashSet<>();
        for (JsonNode host : broker.get("/hosts/drain").path("hosts")) {
            draining.put(host.path("host").asText(), host.path("message").asText(""));
            if (host.path("state").asText().equals("drained")) {
                drained.add(host.path("host").asText());
            }
        }
        List<BrokerView.Maintenance> maintenance = new ArrayList<>();
        for (JsonNode proxy : broker.get("/proxies/maintenance").path("maintenance")) {
            maintenance.add(new BrokerView.Maintenance(
                    proxy.path("proxy_address").asText(),
                    proxy.path("state").asText(),
                    proxy.path("seconds_left").asLong(),
                    proxy.path("message").asText("")));
        }
        return new BrokerView(
                texts(broker.get("/proxies/addresses").path("addresses")),
                texts(broker.get("/proxies/failed/addresses").path("addresses")),
                texts(broker.get("/failures").path("addresses")),
                cluster(broker, cluster),
                maintenance,
                draining,
                drained,
                locations(broker));
    }

    private static Optional<Map<String, BrokerView.Location>> locations(BrokerClient broker) {
        Map<String, BrokerView.Location> locations = new HashMap<>();
        try {
            broker.get("/proxies/locations")
                    .path("locations")
                    .properties()
                    .forEach(entry -> locations.put(
                            entry.getKey(),
                            new BrokerView.Location(
                                    entry.getValue().path("zone").asText(""),
                                    entry.getValue().path("machine").asText(""))));
        } catch (BrokerException e) {
            if (e.code().equals(NO_SUCH_PATH)) {
                return Optional.empty();
            }
            throw e;
        }
        return Optional.of(locations);
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new LinkedHashSet<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Optional<BrokerView.Cluster> cluster(BrokerClient broker, String name) {
        JsonNode meta = broker.get("/clusters/meta/" + name).path("cluster");
        if (!meta.isObject()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    cluster(meta, broker.get("/clusters/info/" + name), broker.get("/clusters/replicas/" + name)));
        } catch (BrokerException e) {
            if (e.code().equals("CLUSTER_NOT_FOUND")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static BrokerView.Cluster cluster(JsonNode meta, JsonNode info, JsonNode replicas) {
        Set<String> spares = new LinkedHashSet<>();
        meta.path("spares")
                .forEach(node -> spares.add(node.path("proxy_address").asText()));
        Set<String> notInSync = new LinkedHashSet<>();
        for (JsonNode replica : replicas.path("replicas")) {
            if (!replica.path("spare").asBoolean() && !replica.path("in_sync").asBoolean()) {
                notInSync.add(replica.path("node_address").asText());
            }
        }
        return new BrokerView.Cluster(
                chunks(meta.path("nodes")),
                spares,
                info.path("is_migrating").asBoolean(),
                moves(info.path("migrations")),
                notInSync);
    }

    private static List<BrokerView.Chunk> chunks(JsonNode nodes) {
        List<BrokerView.Chunk> chunks = new ArrayList<>();
        for (int first = 0; first + NODES <= nodes.size(); first += NODES) {
            Set<String> proxies = new LinkedHashSet<>();
            List<String> masters = new ArrayList<>();
            boolean hasSlots = false;
            boolean hasStableSlots = false;
            for (int i = first; i < first + NODES; i++) {
                proxies.add(nodes.get(i).path("proxy_address").asText());
                if (nodes.get(i).path("repl").path("role").asText().equals("master")) {
                    masters.add(nodes.get(i).path("address").asText());
                }
                for (JsonNode slots : nodes.get(i).path("slots")) {
                    hasSlots = true;
                    hasStableSlots |= !slots.path("tag").has("Migrating");
                }
            }
            chunks.add(new BrokerView.Chunk(List.copyOf(proxies), masters, hasSlots, hasStableSlots));
        }
        return chunks;
    }

    private static BrokerView.Moves moves(JsonNode migrations) {
        int slots = 0;
        long copied = 0;
        long total = 0;
        long millisLeft = -1;
        String error = "";
        for (JsonNode migration : migrations) {
            for (JsonNode range : migration.path("slot_range").path("range_list")) {
                slots += range.path(1).asInt() - range.path(0).asInt() + 1;
            }
            copied += migration.path("keys_copied").asLong();
            total += migration.path("keys_total").asLong();
            millisLeft = Math.max(millisLeft, migration.path("eta_ms").asLong(-1));
            error = error.isEmpty() ? migration.path("error").asText("") : error;
        }
        return new BrokerView.Moves(
                slots, copied, total, millisLeft < 0 ? Optional.empty() : Optional.of(millisLeft), error);
    }
}
