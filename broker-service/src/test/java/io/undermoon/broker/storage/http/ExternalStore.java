package io.undermoon.broker.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The storage server of the original's operator: {@code GET} needs no password, {@code PUT} does; the version is a
 * string; without a version a {@code PUT} is ignored if there is something; errors are plain text.
 */
final class ExternalStore implements AutoCloseable {
    static final String NAME = "demo@default";
    static final String PASSWORD = "s3cret";

    private static final String AUTHORIZATION =
            "Basic " + Base64.getEncoder().encodeToString((NAME + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private JsonNode store = Json.mapper().createObjectNode();
    private long version = 1000;
    private Fault next = Fault.NONE;

    /** What goes wrong with the next PUT. */
    enum Fault {
        NONE,
        /** It is executed and answered with 500. */
        EXECUTED,
        /** It is answered with 500 only. */
        REFUSED
    }

    static {
        // Else each reply on a kept connection waits for the acknowledgement of the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    ExternalStore() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/api/v1/store/" + NAME, this::handle);
        server.start();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    synchronized void failNext(Fault fault) {
        next = fault;
    }

    synchronized JsonNode store() {
        return store;
    }

    synchronized void replace(JsonNode newStore) {
        store = newStore;
        version++;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            ObjectNode reply = Json.mapper().createObjectNode();
            reply.set("store", store);
            reply.put("version", Long.toString(version));
            answer(exchange, 200, reply.toString());
        } else if (!AUTHORIZATION.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, "INCORRECT_PASSWORD");
        } else {
            put(exchange, Json.mapper().readTree(exchange.getRequestBody()));
        }
    }

    private void put(HttpExchange exchange, JsonNode request) throws IOException {
        Fault fault = next;
        next = Fault.NONE;
        JsonNode expected = request.path("version");
        boolean isFirst = expected.isNull() || expected.asText().isEmpty();
        if (fault == Fault.REFUSED) {
            answer(exchange, 500, "etcdserver: request timed out");
        } else if (isFirst ? !store.isEmpty() : !expected.asText().equals(Long.toString(version))) {
            answer(exchange, isFirst ? 200 : 409, isFirst ? "" : "VERSION_CONFLICT");
        } else {
            replace(request.path("store"));
            answer(exchange, fault == Fault.EXECUTED ? 500 : 200, "");
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
