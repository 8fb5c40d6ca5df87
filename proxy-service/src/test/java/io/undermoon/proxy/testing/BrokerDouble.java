package io.undermoon.proxy.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.json.Json;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The five endpoints of a broker that a proxy uses, over a map. */
public final class BrokerDouble implements AutoCloseable {
    private final Map<String, JsonNode> proxies = new ConcurrentHashMap<>();
    private final Map<String, Proxy> told = new ConcurrentHashMap<>();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final List<JsonNode> registrations = new CopyOnWriteArrayList<>();
    private final List<String> switchovers = new CopyOnWriteArrayList<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final HttpServer server;
    private volatile @Nullable String replicaAddress;
    private volatile boolean keepsReplicaAddress = true;
    private volatile @Nullable String switchoverRefusal;

    /**
     * @param port 0 for any that is free
     */
    public BrokerDouble(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/api/v3/proxies/meta", this::meta);
        server.createContext("/api/v3/proxies/switchover", this::switchOver);
        server.createContext("/api/v3/proxies/failed/addresses", this::failed);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port();
    }

    /** The bodies of the registrations, oldest first. */
    public List<JsonNode> registrations() {
        return List.copyOf(registrations);
    }

    /** Has the broker have this replica address of every proxy until one registers. */
    public void replicaAddress(String address) {
        proxies.putIfAbsent("127.0.0.1:5299", Json.mapper().createObjectNode());
        replicaAddress = address;
    }

    /** Has the broker be one that knows nothing of replica addresses. */
    public void keepsNoReplicaAddress() {
        keepsReplicaAddress = false;
        replicaAddress = null;
    }

    /** How often it was asked for a proxy. */
    public int questions() {
        return questions.get();
    }

    public boolean knows(String proxy) {
        return proxies.containsKey(proxy);
    }

    public boolean isFailed(String proxy) {
        return failed.contains(proxy);
    }

    /** Has the broker take a proxy for failed until it registers again. */
    public void fail(String proxy) {
        failed.add(proxy);
    }

    /** Has the broker know the proxy, and more than its registration says. */
    public void know(Proxy proxy) {
        String address = proxy.address().value();
        told.put(address, proxy);
        proxies.put(address, Json.mapper().createObjectNode());
    }

    /** Has the broker answer which proxies of a cluster fail. */
    public void failing(String cluster, String json) {
        server.createContext("/api/v3/clusters/failing/" + cluster, exchange -> answer(exchange, 200, json));
    }

    /** The switchovers that were asked for, each as an address and a query. */
    public List<String> switchovers() {
        return List.copyOf(switchovers);
    }

    /** Has the broker refuse switchovers. */
    public void refuseSwitchovers(String message) {
        switchoverRefusal = message;
    }

    /** Has the broker lose a proxy. */
    public void forget(String proxy) {
        proxies.remove(proxy);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void meta(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            JsonNode body = Json.mapper().readTree(exchange.getRequestBody());
            registrations.add(body);
            String proxy = body.path("proxy_address").asText();
            failed.remove(proxy);
            replicaAddress = keepsReplicaAddress && body.has("replica_address")
                    ? body.path("replica_address").asText()
                    : null;
            boolean isNew = proxies.putIfAbsent(proxy, body) == null;
            answer(exchange, isNew ? 200 : 409, isNew ? "" : "{\"error\":\"ALREADY_EXISTED\"}");
        } else {
            String path = exchange.getRequestURI().getPath();
            String proxy = path.substring(path.lastIndexOf('/') + 1);
            questions.incrementAndGet();
            String known =
                    knows(proxy) ? Json.mapper().writeValueAsString(told.getOrDefault(proxy, free(proxy))) : "null";
            answer(exchange, 200, "{\"proxy\":" + known + "}");
        }
    }

    private void switchOver(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        switchovers.add(path.substring(path.lastIndexOf('/') + 1) + "?"
                + exchange.getRequestURI().getQuery());
        String refusal = switchoverRefusal;
        if (refusal == null) {
            answer(exchange, 200, "");
        } else {
            answer(
                    exchange,
                    409,
                    Json.mapper().writeValueAsString(Map.of("error", "NO_AVAILABLE_RESOURCE", "message", refusal)));
        }
    }

    private Proxy free(String address) {
        String replica = replicaAddress;
        return new Proxy(
                null,
                new ProxyAddress(address),
                Epoch.ZERO,
                List.of(),
                List.of(),
                List.of(),
                null,
                replica == null ? null : new ProxyAddress(replica));
    }

    private void failed(HttpExchange exchange) throws IOException {
        answer(exchange, 200, Json.mapper().writeValueAsString(Map.of("addresses", failed)));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
