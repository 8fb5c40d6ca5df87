package io.undermoon.broker.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The metadata in parts, each small and compressed, for storages that limit the size of a value and write only what has
 * changed. The parts are those of the dump: {@code clusters/<name>}, the proxies by a hash of their address in {@code
 * proxies/<number>}, each other member with content in {@code fields/<name>}, and what is left in the {@code head},
 * which the storage keeps with its index of the parts. Immutable.
 *
 * @param head the small members of the dump
 * @param parts by name
 */
public record MetadataParts(ObjectNode head, SortedMap<String, Part> parts) {
    private static final String CLUSTERS = "clusters";
    private static final String PROXIES = "all_proxies";
    private static final String CLUSTER_PREFIX = "clusters/";
    private static final String PROXY_PREFIX = "proxies/";
    private static final String FIELD_PREFIX = "fields/";
    /** With a thousand proxies a piece has about sixty, in two kilobytes. */
    private static final int PROXY_PIECES = 16;

    private static final int HASH_BYTES = 8;

    /** No parts at all. */
    public static final MetadataParts NONE = new MetadataParts(Json.mapper().createObjectNode(), new TreeMap<>());

    /**
     * One part.
     *
     * @param tree its JSON
     * @param json the same as text, which equal parts have in common
     * @param bytes as it is stored, gzip
     * @param hash of the bytes, in hex
     */
    public record Part(JsonNode tree, byte[] json, byte[] bytes, String hash) {
        private static Part of(JsonNode tree, @Nullable Part previous) {
            byte[] json = write(tree);
            if (previous != null && Arrays.equals(json, previous.json)) {
                return previous;
            }
            byte[] bytes = compress(json);
            return new Part(tree, json, bytes, digest(bytes));
        }

        /**
         * Reads a stored part.
         *
         * @throws IOException if the bytes are not gzip of JSON
         */
        public static Part read(byte[] bytes) throws IOException {
            byte[] json = decompress(bytes);
            return new Part(Json.mapper().readTree(json), json, bytes, digest(bytes));
        }
    }

    /** Cuts metadata into parts. Those that are equal to their predecessors are taken over with their bytes. */
    public static MetadataParts of(Metadata state, MetadataParts previous) {
        ObjectNode head = Json.mapper().valueToTree(state);
        SortedMap<String, JsonNode> trees = new TreeMap<>();
        head.remove(CLUSTERS).fields().forEachRemaining(cluster -> {
            trees.put(CLUSTER_PREFIX + cluster.getKey(), cluster.getValue());
        });
        head.remove(PROXIES).fields().forEachRemaining(proxy -> {
            String piece = PROXY_PREFIX + Math.floorMod(proxy.getKey().hashCode(), PROXY_PIECES);
            ((ObjectNode) trees.computeIfAbsent(piece, name -> Json.mapper().createObjectNode()))
                    .set(proxy.getKey(), proxy.getValue());
        });
        head.fields().forEachRemaining(field -> {
            if (field.getValue().isContainerNode() && !field.getValue().isEmpty()) {
                trees.put(FIELD_PREFIX + field.getKey(), field.getValue());
            }
        });
        SortedMap<String, Part> parts = new TreeMap<>();
        trees.forEach((name, tree) -> {
            if (name.startsWith(FIELD_PREFIX)) {
                head.remove(name.substring(FIELD_PREFIX.length()));
            }
            parts.put(name, Part.of(tree, previous.parts.get(name)));
        });
        return new MetadataParts(head, parts);
    }

    /**
     * Puts the metadata together.
     *
     * @throws UndermoonException as {@link MetadataJson#read(JsonNode)}
     */
    public Metadata state() {
        ObjectNode tree = head.deepCopy();
        ObjectNode clusters = tree.putObject(CLUSTERS);
        ObjectNode proxies = tree.putObject(PROXIES);
        parts.forEach((name, part) -> {
            if (name.startsWith(CLUSTER_PREFIX)) {
                clusters.set(name.substring(CLUSTER_PREFIX.length()), part.tree());
            } else if (name.startsWith(PROXY_PREFIX) && part.tree() instanceof ObjectNode piece) {
                proxies.setAll(piece);
            } else {
                tree.set(name.substring(name.indexOf('/') + 1), part.tree());
            }
        });
        return MetadataJson.read(tree);
    }

    /** The parts that differ from those of another value, null for one that this value does not have. */
    public Map<String, @Nullable Part> changesSince(MetadataParts previous) {
        Map<String, @Nullable Part> changes = new TreeMap<>();
        parts.forEach((name, part) -> {
            Part before = previous.parts.get(name);
            if (before == null || !before.hash().equals(part.hash())) {
                changes.put(name, part);
            }
        });
        previous.parts.keySet().stream()
                .filter(name -> !parts.containsKey(name))
                .forEach(name -> changes.put(name, null));
        return changes;
    }

    /** JSON as it is stored, compressed. */
    public static byte[] pack(JsonNode tree) {
        return compress(write(tree));
    }

    /** @throws IOException if the bytes are not gzip of JSON */
    public static JsonNode unpack(byte[] bytes) throws IOException {
        return Json.mapper().readTree(decompress(bytes));
    }

    private static byte[] write(JsonNode tree) {
        try {
            return Json.mapper().writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "metadata cannot be written as JSON", e);
        }
    }

    private static byte[] compress(byte[] json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] decompress(byte[] bytes) throws IOException {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return gzip.readAllBytes();
        }
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(Arrays.copyOf(sum, HASH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
