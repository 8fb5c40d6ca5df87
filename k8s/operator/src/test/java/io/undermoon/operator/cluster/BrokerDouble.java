package io.undermoon.operator.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.metadata.HostPort;
import io.undermoon.operator.objects.Names;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A broker that answers as docs/http-api.md says, with a model of one cluster in place of proxies: what would take time
 * takes a number of questions. It notes what must never happen. One lock guards all of it.
 */
final class BrokerDouble implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int QUESTIONS = 3;

    private static final class Chunk {
        final String[] halves;
        boolean hasSlots;
        int notInSync;

        Chunk(String first, String second, boolean hasSlots) {
            this.halves = new String[] {first, second};
            this.hasSlots = hasSlots;
        }
    }

    private final HttpServer server;
    private final Map<String, Boolean> proxies = new TreeMap<>();
    private final List<Chunk> chunks = new ArrayList<>();
    private final Map<String, Integer> maintenance = new TreeMap<>();
    private final TreeSet<String> draining = new TreeSet<>();
    private final List<String> calls = new ArrayList<>();
    private final List<String> wrongs = new ArrayList<>();
    private final ObjectNode locations = JSON.createObjectNode();
    private boolean exists;
    private int copies = 2;
    private int moving;
    private TreeSet<String> leaving = new TreeSet<>();

    BrokerDouble() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    HostPort address() {
        return new HostPort("127.0.0.1", server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** A proxy has started and registers. */
    synchronized void up(String proxy) {
        if (!Boolean.TRUE.equals(proxies.put(proxy, true))) {
            chunkOf(proxy).ifPresent(chunk -> chunk.notInSync = QUESTIONS);
        }
    }

    /** A proxy has ended. */
    synchronized void down(String proxy) {
        if (!proxies.containsKey(proxy)) {
            return;
        }
        proxies.put(proxy, false);
        chunkOf(proxy).filter(chunk -> chunk.hasSlots).ifPresent(chunk -> {
            if (chunk.notInSync > 0) {
                wrongs.add(proxy + " ended while the other half lacked data");
            }
            if (!proxies.getOrDefault(other(chunk, proxy), false)) {
                wrongs.add(proxy + " ended as the last copy");
            }
        });
    }

    /** A proxy ended that had masters, or slots for good, without being asked to hand them over. */
    synchronized void deletedWithoutWarning(String proxy) {
        chunkOf(proxy)
                .filter(chunk -> chunk.hasSlots && !maintenance.containsKey(proxy))
                .ifPresent(chunk -> wrongs.add(proxy + " was deleted with its masters"));
    }

    synchronized List<String> wrongs() {
        return List.copyOf(wrongs);
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized List<String> used() {
        List<String> used = new ArrayList<>();
        chunks.forEach(chunk -> used.addAll(List.of(chunk.halves)));
        return used;
    }

    /** What a failover does to a chunk: a free proxy takes the place of a half. */
    synchronized void replace(String failed, String replacement) {
        chunkOf(failed).ifPresent(chunk -> {
            chunk.halves[chunk.halves[0].equals(failed) ? 0 : 1] = replacement;
            chunk.notInSync = QUESTIONS;
        });
    }

    /** Where a proxy runs, as the operator has told; empty if it has not. */
    synchronized String zone(String proxy) {
        return locations.path(proxy).path("zone").asText("");
    }

    synchronized void loseEverything() {
        exists = false;
        chunks.clear();
    }

    private java.util.Optional<Chunk> chunkOf(String proxy) {
        return chunks.stream()
                .filter(chunk -> List.of(chunk.halves).contains(proxy))
                .findFirst();
    }

    private static String other(Chunk chunk, String proxy) {
        return chunk.halves[chunk.halves[0].equals(proxy) ? 1 : 0];
    }

    private List<String> free() {
        List<String> free = new ArrayList<>();
        proxies.forEach((proxy, isUp) -> {
            if (isUp && chunkOf(proxy).isEmpty() && !draining.contains(Names.podOf(proxy))) {
                free.add(proxy);
            }
        });
        return free;
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath().substring("/api/v3".length());
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String reply;
        int status = 200;
        try {
            reply = answer(exchange.getRequestMethod(), path, body);
        } catch (Refusal e) {
            status = 409;
            reply = "{\"error\":\"" + e.code + "\",\"message\":\"" + e.getMessage() + "\"}";
        }
        byte[] bytes = reply.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;

        Refusal(String code, String message) {
            super(message);
            this.code = code;
        }
    }

    private synchronized String answer(String method, String path, String body) throws IOException {
        String last = URLDecoder.decode(path.substring(path.lastIndexOf('/') + 1), UTF_8);
        String room = method + " " + path.substring(0, path.lastIndexOf('/'));
        if (!method.equals("GET")) {
            calls.add(method + " " + URLDecoder.decode(path, UTF_8) + " " + body);
        }
        JsonNode json = body.isEmpty() ? JSON.createObjectNode() : JSON.readTree(body);
        ObjectNode reply = JSON.createObjectNode();
        switch (room) {
            case "GET /proxies" -> {
                if (last.equals("addresses")) {
                    proxies.keySet().forEach(reply.putArray("addresses")::add);
                } else if (last.equals("locations")) {
                    reply.set("locations", locations.deepCopy());
                } else {
                    maintenance(reply.putArray("maintenance"));
                }
            }
            case "PUT /proxies" -> locations.setAll((ObjectNode) json.path("locations"));
            case "GET /proxies/failed" -> down(reply.putArray("addresses"));
            case "GET " -> down(reply.putArray("addresses"));
            case "GET /hosts" -> hosts(reply.putArray("hosts"));
            case "GET /clusters/meta" -> meta(reply);
            case "GET /clusters/info" -> info(reply);
            case "GET /clusters/replicas" -> replicas(reply);
            case "POST /clusters/meta" -> {
                exists = true;
                copies = json.path("copies").asInt();
                add(json.path("node_number").asInt() / 4, true);
            }
            case "PUT /clusters/nodes" -> add(json.path("cluster_node_number").asInt() / 4 - chunks.size(), false);
            case "PATCH /clusters/config" -> copies = json.path("copies").asInt(copies);
            case "POST /clusters/migrations/rebalance" -> rebalance(json.path("weights"), reply);
            case "DELETE /clusters/free_nodes" -> chunks.removeIf(chunk -> !chunk.hasSlots);
            case "POST /hosts/drain" -> draining.add(last);
            case "DELETE /hosts/drain" -> draining.remove(last);
            case "POST /proxies/maintenance" -> begin(last);
            case "DELETE /proxies/maintenance" -> {
                maintenance.remove(last);
                chunkOf(last).ifPresent(chunk -> chunk.notInSync = QUESTIONS);
            }
            case "DELETE /proxies/meta" -> proxies.remove(last);
            default -> throw new Refusal("PATH_NOT_FOUND", room + " is not played");
        }
        return reply.isEmpty() ? "" : reply.toString();
    }

    private void add(int number, boolean hasSlots) {
        List<String> free = free();
        if (free.size() < 2 * number) {
            throw new Refusal(
                    "NO_AVAILABLE_RESOURCE", 2 * number + " proxies are wanted, " + free.size() + " are free");
        }
        // Not in the order of ordinals, which the real one does not know either.
        java.util.Collections.reverse(free);
        for (int i = 0; i < number; i++) {
            chunks.add(new Chunk(free.get(2 * i), free.get(2 * i + 1), hasSlots));
        }
    }

    private static String master(String proxy) {
        return proxy.replace(":5299", ":7001");
    }

    private void rebalance(JsonNode weights, ObjectNode reply) {
        if (moving > 0) {
            throw new Refusal("MIGRATION_RUNNING", "slots are moving");
        }
        leaving = new TreeSet<>();
        boolean isEven = true;
        for (Chunk chunk : chunks) {
            boolean stays = weights.path(master(chunk.halves[0])).asInt(1) > 0;
            isEven &= stays == chunk.hasSlots;
            if (!stays) {
                leaving.add(chunk.halves[0]);
            }
        }
        ArrayNode migrations = reply.putArray("migrations");
        if (!isEven) {
            moving = QUESTIONS;
            migrations.addObject();
        }
    }

    private void begin(String proxy) {
        if (maintenance.keySet().stream().anyMatch(other -> !other.equals(proxy))) {
            throw new Refusal("IN_USE", "a proxy on another host is under maintenance");
        }
        Chunk chunk = chunkOf(proxy).orElseThrow();
        if (chunk.notInSync > 0 || !proxies.getOrDefault(other(chunk, proxy), false)) {
            throw new Refusal("NO_AVAILABLE_RESOURCE", proxy + " has the last copy of its data");
        }
        maintenance.put(proxy, QUESTIONS);
    }

    private void maintenance(ArrayNode list) {
        maintenance.replaceAll((proxy, questions) -> Math.max(0, questions - 1));
        maintenance.forEach((proxy, questions) -> list.addObject()
                .put("proxy_address", proxy)
                .put("state", questions == 0 ? "ready" : "handing_over")
                .put("seconds_left", 300));
    }

    private void down(ArrayNode list) {
        proxies.forEach((proxy, isUp) -> {
            if (!isUp && !maintenance.containsKey(proxy)) {
                list.add(proxy);
            }
        });
    }

    /** The chunk of a draining host moves to free proxies. */
    private void hosts(ArrayNode list) {
        for (String host : draining) {
            ObjectNode entry = list.addObject().put("host", host);
            java.util.Optional<Chunk> chunk = chunks.stream()
                    .filter(one -> List.of(one.halves).stream()
                            .anyMatch(proxy -> Names.podOf(proxy).equals(host)))
                    .findFirst();
            List<String> free = free();
            if (chunk.isPresent() && free.size() >= 2) {
                chunks.set(chunks.indexOf(chunk.get()), new Chunk(free.get(0), free.get(1), chunk.get().hasSlots));
            } else if (chunk.isPresent()) {
                entry.put("message", "free proxies on two other hosts are needed for each chunk that is left");
            }
            entry.put("state", chunk.isPresent() ? "draining" : "drained");
        }
    }

    private void meta(ObjectNode reply) {
        if (!exists) {
            reply.putNull("cluster");
            return;
        }
        ArrayNode nodes = reply.putObject("cluster").put("name", "orders").putArray("nodes");
        for (Chunk chunk : chunks) {
            for (int i = 0; i < 4; i++) {
                ObjectNode node = nodes.addObject()
                        .put("proxy_address", chunk.halves[i / 2])
                        .put("address", master(chunk.halves[i / 2]));
                node.putObject("repl").put("role", i % 2 == 0 ? "master" : "replica");
                ArrayNode slots = node.putArray("slots");
                if (i % 2 == 0 && chunk.hasSlots) {
                    slots.addObject().put("tag", "None");
                }
            }
        }
    }

    private void info(ObjectNode reply) {
        reply.put("is_migrating", moving > 0).putArray("migrations");
        if (moving > 0 && --moving == 0) {
            chunks.forEach(chunk -> chunk.hasSlots = !leaving.contains(chunk.halves[0]));
        }
    }

    private void replicas(ObjectNode reply) {
        ArrayNode replicas = reply.putArray("replicas");
        for (Chunk chunk : chunks) {
            boolean isUp = proxies.getOrDefault(chunk.halves[0], false) && proxies.getOrDefault(chunk.halves[1], false);
            if (isUp && chunk.notInSync > 0) {
                chunk.notInSync--;
            }
            replicas.addObject().put("node_address", chunk.halves[1]).put("in_sync", isUp && chunk.notInSync == 0);
        }
        reply.putArray("notices");
    }
}
