package io.undermoon.broker.storage.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The calls of the API of Kubernetes that the storage makes, with its rules for resourceVersion, uid and immutable
 * ConfigMaps, for one namespace. The tests of the storage run over a real API server, too, where there is one, which
 * holds this double to it.
 */
public final class ApiServerDouble implements ApiServer {
    private static final String NAMESPACE = "test";
    private static final String ENDED = "";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SortedMap<String, ObjectNode> objects = new TreeMap<>();
    private final List<BlockingQueue<String>> watches = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private int refusals;
    private int refusalStatus;
    private long revision = 1000;

    public ApiServerDouble() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    /** What clients have shown, once for each call. */
    List<String> authorizations() {
        return authorizations;
    }

    /** Answers so many of the next calls with an error, without executing them. */
    synchronized void refuse(int number, int status) {
        refusals = number;
        refusalStatus = status;
    }

    @Override
    public KubernetesStorage open() {
        return open(address(), Duration.ofSeconds(10));
    }

    @Override
    public FaultyRelay relay() throws IOException {
        return new FaultyRelay(address());
    }

    @Override
    public String namespace() {
        return NAMESPACE;
    }

    @Override
    public String request(String method, String path, String body) throws IOException {
        HttpReply reply = new BoundedHttp(Duration.ofSeconds(10), false, null)
                .send(address(), method, path, body.getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(10));
        if (!reply.isSuccess()) {
            throw new IOException(reply.text());
        }
        return reply.text();
    }

    /** As a server does whose oldest revision is newer than that of the watch. */
    @Override
    public void restart() {
        for (BlockingQueue<String> watch : watches) {
            watch.add("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}\n");
            watch.add(ENDED);
        }
    }

    @Override
    public void close() {
        watches.forEach(watch -> watch.add(ENDED));
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (query.startsWith("watch=true")) {
                watch(exchange, query.substring(query.lastIndexOf('=') + 1));
            } else {
                byte[] body = exchange.getRequestBody().readAllBytes();
                answer(exchange, query, body.length == 0 ? Json.mapper().createObjectNode() : tree(body));
            }
        }
    }

    private static ObjectNode tree(byte[] body) throws IOException {
        return (ObjectNode) Json.mapper().readTree(body);
    }

    private synchronized void answer(HttpExchange exchange, String query, ObjectNode body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String name = path.substring(path().length()).replaceFirst("^/", "");
        if (refusals > 0) {
            refusals--;
            refuse(exchange, refusalStatus, refusalStatus == 409 ? "Conflict" : "", "refused by the test");
            return;
        }
        switch (exchange.getRequestMethod()) {
            case "GET" -> {
                if (name.isEmpty()) {
                    list(exchange, query);
                } else {
                    found(exchange, name);
                }
            }
            case "POST" -> create(exchange, body);
            case "PUT" -> replace(exchange, name, body);
            case "DELETE" -> delete(exchange, name);
            default -> refuse(exchange, 405, "method not allowed");
        }
    }

    private void list(HttpExchange exchange, String query) throws IOException {
        ObjectNode list = Json.mapper().createObjectNode();
        list.put("kind", "ConfigMapList")
                .putArray("items")
                .addAll(objects.values().stream()
                        .filter(object -> query.equals("null") || matches(object, query))
                        .toList());
        send(exchange, 200, list);
    }

    private static boolean matches(ObjectNode object, String query) {
        JsonNode labels = object.path("metadata").path("labels");
        for (String label : query.substring("labelSelector=".length()).split(",", -1)) {
            String[] parts = label.split("=", 2);
            if (!labels.path(parts[0]).asText().equals(parts[1])) {
                return false;
            }
        }
        return true;
    }

    private void found(HttpExchange exchange, String name) throws IOException {
        ObjectNode object = objects.get(name);
        if (object == null) {
            refuse(exchange, 404, "configmaps \"" + name + "\" not found");
        } else {
            send(exchange, 200, object);
        }
    }

    private void create(HttpExchange exchange, ObjectNode object) throws IOException {
        String name = object.path("metadata").path("name").asText();
        if (objects.containsKey(name)) {
            refuse(exchange, 409, "AlreadyExists", "configmaps \"" + name + "\" already exists");
            return;
        }
        metadata(object).put("uid", UUID.randomUUID().toString());
        store(name, object, "ADDED");
        send(exchange, 201, object);
    }

    private void replace(HttpExchange exchange, String name, ObjectNode object) throws IOException {
        ObjectNode present = objects.get(name);
        if (present == null) {
            refuse(exchange, 404, "configmaps \"" + name + "\" not found");
        } else if (!isExpected(present, object, "uid") || !isExpected(present, object, "resourceVersion")) {
            refuse(exchange, 409, "Conflict", "the object has been modified");
        } else if (present.path("immutable").asBoolean()
                && !present.path("binaryData").equals(object.path("binaryData"))) {
            refuse(exchange, 422, "field is immutable when `immutable` is set");
        } else {
            store(name, object, "MODIFIED");
            send(exchange, 200, object);
        }
    }

    private static boolean isExpected(ObjectNode present, ObjectNode object, String field) {
        JsonNode expected = object.path("metadata").path(field);
        return expected.isMissingNode()
                || expected.equals(present.path("metadata").path(field));
    }

    private void delete(HttpExchange exchange, String name) throws IOException {
        ObjectNode object = objects.remove(name);
        if (object == null) {
            refuse(exchange, 404, "configmaps \"" + name + "\" not found");
            return;
        }
        revision++;
        metadata(object).put("resourceVersion", Long.toString(revision));
        tell(name, event("DELETED", object));
        send(exchange, 200, object);
    }

    private void store(String name, ObjectNode object, String type) {
        revision++;
        metadata(object).put("resourceVersion", Long.toString(revision));
        objects.put(name, object);
        tell(name, event(type, object));
    }

    private static ObjectNode metadata(ObjectNode object) {
        return (ObjectNode) object.get("metadata");
    }

    private static String event(String type, ObjectNode object) {
        return "{\"type\":\"" + type + "\",\"object\":" + object + "}\n";
    }

    /** Only the index is watched. */
    private void tell(String name, String event) {
        if (name.equals(NAME)) {
            watches.forEach(watch -> watch.add(event));
        }
    }

    private void watch(HttpExchange exchange, String name) throws IOException {
        BlockingQueue<String> events = begin(name);
        exchange.sendResponseHeaders(200, 0);
        try {
            for (String event = events.take(); !event.equals(ENDED); event = events.take()) {
                exchange.getResponseBody().write(event.getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watches.remove(events);
        }
    }

    private synchronized BlockingQueue<String> begin(String name) {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        ObjectNode present = objects.get(name);
        if (present != null) {
            events.add(event("ADDED", present));
        }
        watches.add(events);
        return events;
    }

    private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
        refuse(exchange, status, "", message);
    }

    private static void refuse(HttpExchange exchange, int status, String reason, String message) throws IOException {
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("kind", "Status").put("code", status).put("message", message);
        send(exchange, status, reason.isEmpty() ? answer : answer.put("reason", reason));
    }

    private static void send(HttpExchange exchange, int status, ObjectNode answer) throws IOException {
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
