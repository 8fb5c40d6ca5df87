package io.undermoon.proxy.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.client.BrokerHttp;
import io.undermoon.client.BrokerOrder;
import io.undermoon.client.BrokerToken;
import io.undermoon.client.HttpReply;
import io.undermoon.client.Installation;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.control.cluster.FailingProxies;
import io.undermoon.proxy.control.cluster.FailingProxies.Health;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the broker's HTTP API that a proxy makes. Every call ends within {@value #TIMEOUT_SECONDS} s per broker;
 * the thread waits.
 */
final class BrokerClient {
    private static final int TIMEOUT_SECONDS = 5;
    private static final int CONNECT_TIMEOUT_SECONDS = 2;

    private final BrokerHttp http;

    /**
     * @param brokers at least one
     * @param tls absent for plain HTTP
     * @param token of an operator at the brokers
     * @param installation of the proxy; null as long as it is not known
     */
    BrokerClient(
            List<HostPort> brokers,
            @Nullable TlsContext tls,
            BrokerToken token,
            Supplier<@Nullable String> installation) {
        this.http = new BrokerHttp(
                BrokerOrder.lastAnsweredFirst(brokers),
                Duration.ofSeconds(CONNECT_TIMEOUT_SECONDS),
                Duration.ofSeconds(TIMEOUT_SECONDS),
                false,
                tls,
                token,
                Installation.of(installation));
    }

    /** What the brokers know about the proxy; empty when it is not registered. */
    Optional<Proxy> metadata(ProxyAddress proxy) throws IOException {
        JsonNode known = get("/proxies/meta/" + encoded(proxy)).path("proxy");
        return known.isObject() ? Optional.of(Json.mapper().treeToValue(known, Proxy.class)) : Optional.empty();
    }

    /** Whether coordinators can ask the brokers for what they need to grant leases; those of the original cannot. */
    boolean allowLeases() throws IOException {
        int status = http.send("GET", "/proxies/epochs?limit=1").status();
        return status != 404 && status != 405;
    }

    /** Whether the brokers have the proxy marked as failed. */
    boolean holdsForFailed(ProxyAddress proxy) throws IOException {
        for (JsonNode address : get("/proxies/failed/addresses").path("addresses")) {
            if (address.asText().equals(proxy.value())) {
                return true;
            }
        }
        return false;
    }

    /** Registers the proxy, unless it is registered, and removes the mark of a failed one. */
    void register(RegistrationSettings proxy, RegisteredMarks marks) throws IOException {
        ObjectNode body = Json.mapper().createObjectNode();
        body.put("proxy_address", proxy.self().value());
        ArrayNode nodes = body.putArray("nodes");
        proxy.nodes().forEach(node -> nodes.add(node.value()));
        body.put("host", proxy.host());
        body.put("replica_address", proxy.replicaAddress().value());
        proxy.index().ifPresent(index -> body.put("index", index));
        body.put("marks_nodes", true);
        body.put("installation_id", marks.installationId());
        body.put("unusable", marks.unusable());
        HttpReply reply = http.send("POST", "/proxies/meta", body.toString().getBytes(StandardCharsets.UTF_8));
        boolean isThere = reply.status() == 409 && reply.text().contains("ALREADY_EXISTED");
        if (reply.status() != 200 && !isThere) {
            throw reply.refusal();
        }
    }

    /**
     * Has the masters of a proxy moved to the other half of its chunk; returns when that is stored.
     *
     * @param successor the proxy that is to be the other half
     * @param force also if the proxy is down
     */
    void switchOver(ProxyAddress proxy, ProxyAddress successor, boolean force) throws IOException {
        HttpReply reply = http.send(
                "POST", "/proxies/switchover/" + encoded(proxy) + "?force=" + force + "&to=" + encoded(successor));
        if (reply.status() != 200) {
            throw reply.refusal();
        }
    }

    /** Which proxies of a cluster do not work. */
    FailingProxies failing(ClusterName cluster) throws IOException {
        Map<ProxyAddress, Health> proxies = new HashMap<>();
        Map<NodeAddress, Health> nodes = new HashMap<>();
        for (JsonNode proxy : get("/clusters/failing/" + cluster).path("failing")) {
            Health health = proxy.path("state").asText().equals("fail") ? Health.FAILED : Health.SUSPECTED;
            try {
                proxies.put(new ProxyAddress(proxy.path("proxy_address").asText()), health);
                for (JsonNode node : proxy.path("node_addresses")) {
                    nodes.put(new NodeAddress(node.asText()), health);
                }
            } catch (IllegalArgumentException e) {
                throw new IOException("cannot read the failing proxies: " + e.getMessage(), e);
            }
        }
        return new FailingProxies(proxies, nodes);
    }

    private static String encoded(ProxyAddress proxy) {
        return URLEncoder.encode(proxy.value(), StandardCharsets.UTF_8).replace("%3A", ":");
    }

    private JsonNode get(String path) throws IOException {
        return http.send("GET", path).read(JsonNode.class);
    }
}
