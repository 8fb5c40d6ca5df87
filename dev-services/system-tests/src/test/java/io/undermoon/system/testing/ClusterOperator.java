package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.testing.Contents;
import io.undermoon.json.Json;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import redis.clients.jedis.Jedis;

/** What an operator does to one cluster by the broker's API. */
public final class ClusterOperator {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int OK = 200;
    private static final int NOTHING_MOVES = 404;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final ClusterName name;
    private final BrokerApi broker;

    /** @param address of the broker */
    public ClusterOperator(String address, ClusterName name) {
        this.base = "http://" + address + "/api/v3";
        this.name = name;
        this.broker = new BrokerApi(address);
    }

    /** Begins to bring the cluster to another number of nodes; proxies that have just joined may take a moment. */
    public void scaleTo(int nodes) {
        await("scaling to " + nodes + " nodes begins").atMost(TIMEOUT).untilAsserted(() -> {
            HttpResponse<String> response = send("POST", "/clusters/migrations/auto/" + name + "/" + nodes, "");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
        });
    }

    /** Gives back the nodes that have no slots. */
    public void freeNodes() throws IOException, InterruptedException {
        HttpResponse<String> response = send("DELETE", "/clusters/free_nodes/" + name, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
    }

    /** Removes the cluster; its proxies are free then. */
    public void remove() throws IOException, InterruptedException {
        HttpResponse<String> response = send("DELETE", "/clusters/meta/" + name, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
    }

    /** Begins to move slots from one master to another. */
    public void reshard(Node source, Node destination, int slots) throws IOException, InterruptedException {
        String body = Json.mapper()
                .writeValueAsString(Map.of(
                        "sources", List.of(source.address()),
                        "destination", destination.address(),
                        "slot_number", slots));
        HttpResponse<String> response = send("POST", "/clusters/migrations/reshard/" + name, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
    }

    /** Aborts all migrations; those that have switched already are left to be committed. */
    public void abort() {
        await("migrations are aborted").atMost(TIMEOUT).untilAsserted(() -> {
            HttpResponse<String> response = send("DELETE", "/clusters/migrations/" + name, "");
            assertThat(response.statusCode()).as(response.body()).isIn(OK, NOTHING_MOVES);
        });
    }

    /** Waits until no slot moves. */
    public void awaitStable() {
        await("no slot moves")
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> !info().path("is_migrating").asBoolean(true));
    }

    private JsonNode info() throws IOException, InterruptedException {
        HttpResponse<String> response = send("GET", "/clusters/info/" + name, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
        return Json.mapper().readTree(response.body());
    }

    /** Waits until keys are being copied; false if no slot moves any more before that was seen. */
    public boolean awaitCopying() {
        JsonNode seen = await("keys are copied")
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(this::info, info -> !info.path("is_migrating").asBoolean(true) || isCopying(info));
        return isCopying(seen);
    }

    private static boolean isCopying(JsonNode info) {
        return StreamSupport.stream(info.path("migrations").spliterator(), false)
                .anyMatch(migration -> migration.path("state").asText().equals("copying")
                        && migration.path("keys_copied").asLong() > 0);
    }

    /** Waits until every master that has slots has a replica that follows it. */
    public void awaitReplicas() {
        await("every master has a replica")
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> masters().stream().allMatch(ClusterOperator::hasReplica) && broker.hasAllCopies(name));
    }

    public void switchOver(ProxyAddress proxy) throws IOException {
        broker.switchOver(proxy);
    }

    public void balance() throws IOException {
        broker.balance(name);
    }

    /** Changes a setting of the cluster. */
    public void configure(String field, String value) throws IOException, InterruptedException {
        HttpResponse<String> response =
                send("PATCH", "/clusters/config/" + name, Json.mapper().writeValueAsString(Map.of(field, value)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(OK);
    }

    private static boolean hasReplica(Node master) {
        HostPort address = HostPort.parse(master.address().value());
        try (Jedis jedis = new Jedis(address.host(), address.port())) {
            return jedis.info("replication").contains(",state=online,");
        }
    }

    /** Those of the cluster's nodes that are masters and have slots. */
    public List<Node> masters() throws IOException {
        return cluster().nodes().stream()
                .filter(node -> node.isMaster() && !node.slots().isEmpty())
                .toList();
    }

    /**
     * What the masters have.
     *
     * @throws AssertionError two of them have the same key
     */
    public TreeMap<String, String> contents() throws IOException {
        List<Jedis> nodes = new ArrayList<>();
        try {
            for (Node master : masters()) {
                HostPort address = HostPort.parse(master.address().value());
                nodes.add(new Jedis(address.host(), address.port()));
            }
            return Contents.of(nodes);
        } finally {
            nodes.forEach(Jedis::close);
        }
    }

    public Cluster cluster() throws IOException {
        return broker.cluster(name).orElseThrow();
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .header("Content-Type", "application/json")
                .timeout(TIMEOUT)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }
}
