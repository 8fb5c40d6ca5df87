package io.undermoon.dev.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.json.Json;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The calls of the broker's HTTP API that starting and restarting a stack and benchmarks of migrations need. */
public final class BrokerApi {
    private static final int WATCH_SECONDS = 5;
    private static final int CONFLICT = 409;

    private final BrokerCalls broker;

    /** @param address {@code host:port} of the broker */
    public BrokerApi(String address) {
        this(BrokerAccess.plain(address));
    }

    public BrokerApi(BrokerAccess access) {
        this.broker = new BrokerCalls(access, Duration.ofSeconds(10));
    }

    /** Every registered proxy, failed ones included. */
    public List<String> proxies() throws IOException {
        return strings(get("/proxies/addresses"), "addresses");
    }

    /** The proxies that the broker has given up on until they register again. */
    public List<String> failedProxies() throws IOException {
        return strings(get("/proxies/failed/addresses"), "addresses");
    }

    public List<String> clusterNames() throws IOException {
        return strings(get("/clusters/names"), "names");
    }

    public Optional<Cluster> cluster(ClusterName name) throws IOException {
        JsonNode cluster = get("/clusters/meta/" + name).path("cluster");
        return cluster.isObject() ? Optional.of(Json.mapper().treeToValue(cluster, Cluster.class)) : Optional.empty();
    }

    /** @return the error code if the broker refused, empty if the cluster was created */
    public Optional<String> create(WantedCluster wanted) throws IOException {
        try {
            boolean hasSpares = wanted.copies() > ClusterConfig.MIN_COPIES;
            broker.post(
                    "/clusters/meta/" + wanted.name(),
                    hasSpares
                            ? Map.of("node_number", wanted.nodes(), "copies", wanted.copies())
                            : Map.of("node_number", wanted.nodes()));
            return Optional.empty();
        } catch (BrokerHttpException e) {
            if (e.status() == 0) {
                throw e;
            }
            return Optional.of(e.code().isEmpty() ? e.text() : e.code());
        }
    }

    /**
     * Has slots moved; returns when that is planned. It is done when the cluster is not {@link #isMigrating}.
     *
     * @throws IOException if the broker refuses, with its words
     */
    public void reshard(ClusterName name, ProxyAddress source, ProxyAddress destination, SlotRanges slots)
            throws IOException {
        broker.post(
                "/clusters/migrations/reshard/" + name,
                Map.of("sources", List.of(source), "destination", destination, "range_list", slots));
    }

    /**
     * Whether every replica has the data of its master, so that any proxy may fail. False as long as coordinators have
     * not reported it.
     */
    public boolean hasAllCopies(ClusterName name) throws IOException {
        for (JsonNode replica : get("/clusters/replicas/" + name).path("replicas")) {
            boolean maySucceed = !replica.path("spare").asBoolean(false);
            if (maySucceed && !replica.path("in_sync").asBoolean(false)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Has the masters of a proxy moved to the other half of its chunk; returns when that is planned.
     *
     * @throws IOException if the broker refuses, with its words
     */
    public void switchOver(ProxyAddress proxy) throws IOException {
        broker.send("POST", "/proxies/switchover/" + proxy, null);
    }

    /** Registers a proxy, for the first time or again. */
    public void register(ProxyAddress proxy, List<NodeAddress> nodes, String host) throws IOException {
        try {
            broker.post("/proxies/meta", Map.of("proxy_address", proxy, "nodes", nodes, "host", host));
        } catch (BrokerHttpException e) {
            // So a proxy that was registered is answered, which counts as there again.
            if (!e.code().equals("ALREADY_EXISTED")) {
                throw e;
            }
        }
    }

    /**
     * Has the broker give up on a proxy, whether it has failed or not.
     *
     * @throws IOException if the broker refuses, with its words
     */
    public void failOver(ProxyAddress proxy) throws IOException {
        broker.send("POST", "/proxies/failover/" + proxy, null);
    }

    /** Has each half of every chunk given one master where that loses nothing; returns when that is planned. */
    public void balance(ClusterName name) throws IOException {
        broker.send("PUT", "/clusters/balance/" + name, null);
    }

    /**
     * Prepares a proxy and its nodes for a restart.
     *
     * @return why that is not possible now; empty if it has begun
     */
    public Optional<String> beginMaintenance(ProxyAddress proxy, Duration time) throws IOException {
        try {
            broker.send("POST", "/proxies/maintenance/" + proxy + "?seconds=" + time.toSeconds(), null);
            return Optional.empty();
        } catch (BrokerHttpException e) {
            if (e.status() == CONFLICT) {
                return Optional.of(e.text());
            }
            throw e;
        }
    }

    /** How far that is: {@code ready} when the proxy and its nodes may be stopped. */
    public String maintenanceState(ProxyAddress proxy) throws IOException {
        return get("/proxies/maintenance/" + proxy).path("state").asText();
    }

    public void endMaintenance(ProxyAddress proxy) throws IOException {
        broker.send("DELETE", "/proxies/maintenance/" + proxy, null);
    }

    /** What is wrong with the copies of a cluster's data, and what would help. */
    public List<String> notices(ClusterName name) throws IOException {
        return strings(get("/clusters/replicas/" + name), "notices");
    }

    /** Whether slots of the cluster move or are to move. */
    public boolean isMigrating(ClusterName name) throws IOException {
        return get("/clusters/info/" + name).path("is_migrating").asBoolean();
    }

    /** A copy of the metadata with a checksum, as the broker writes it. */
    public byte[] backup() throws IOException {
        return broker.send("GET", "/backup", null).text().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Replaces the metadata by a backup.
     *
     * @param dryRun to change nothing
     * @param acceptsConflicts also where proxies have something newer that is not in it, which is lost
     * @return what the broker says that it has done, or would do
     * @throws IOException if the broker refuses, with its words
     */
    public JsonNode restore(byte[] backup, boolean dryRun, boolean acceptsConflicts) throws IOException {
        return broker.send("/restore?dry_run=" + dryRun + "&force=" + acceptsConflicts, backup)
                .read(JsonNode.class);
    }

    /** The newest changes of the metadata, the last one first. */
    public JsonNode audit(int limit) throws IOException {
        return get("/audit?limit=" + limit).path("entries");
    }

    /** The epoch of the metadata, which rises with every change. */
    public long epoch() throws IOException {
        return get("/epoch").asLong();
    }

    /** Returns when the metadata has another epoch than the known one, or after {@value #WATCH_SECONDS} seconds. */
    public void awaitChange(long knownEpoch) throws IOException {
        get("/watch?timeout=" + WATCH_SECONDS + "&epoch=" + knownEpoch);
    }

    private JsonNode get(String path) throws IOException {
        return broker.send("GET", path, null).read(JsonNode.class);
    }

    private static List<String> strings(JsonNode object, String member) {
        List<String> values = new ArrayList<>();
        object.path(member).forEach(value -> values.add(value.asText()));
        return values;
    }
}
