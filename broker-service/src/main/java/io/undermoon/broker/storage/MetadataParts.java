package io.undermoon.broker.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import io.undermoon.metadata.ProxyAddress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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
 * which the storage keeps with its index of the parts. A part that has not changed costs nothing. Immutable.
 *
 * @param head the small members of the dump
 * @param parts by name
 */
public record MetadataParts(ObjectNode head, SortedMap<String, Part> parts) {
    private static final ObjectMapper MAPPER = Json.mapper();
    private static final JavaType PROXIES =
            MAPPER.getTypeFactory().constructMapType(SortedMap.class, ProxyAddress.class, ProxyResource.class);

    private static final String CLUSTER_PREFIX = "clusters/";
    private static final String PROXY_PREFIX = "proxies/";
    private static final String FIELD_PREFIX = "fields/";
    /** With a thousand proxies a piece has about sixty, in two kilobytes. */
    private static final int PROXY_PIECES = 16;

    private static final int HASH_BYTES = 8;

    /** No parts at all. */
    public static final MetadataParts NONE = new MetadataParts(MAPPER.createObjectNode(), new TreeMap<>());

    /** What a part says. */
    private sealed interface Content {
        /** The value that is written as JSON. */
        Object value();

        record OfCluster(StoredCluster value) implements Content {}

        record OfProxies(SortedMap<ProxyAddress, ProxyResource> value) implements Content {}

        record OfField(JsonNode value) implements Content {}
    }

    /** One part. */
    public static final class Part {
        private final Content content;
        private final byte[] bytes;
        private final String hash;

        private Part(Content content, byte[] bytes) {
            this.content = content;
            this.bytes = bytes;
            this.hash = digest(bytes);
        }

        private static Part of(Content content, @Nullable Part previous) {
            return previous != null && previous.content.equals(content)
                    ? previous
                    : new Part(content, pack(content.value()));
        }

        /**
         * Reads a stored part.
         *
         * @throws IOException if the bytes are not those of a part with this name
         */
        public static Part read(String name, byte[] bytes) throws IOException {
            byte[] json = decompress(bytes);
            if (name.startsWith(CLUSTER_PREFIX)) {
                return new Part(new Content.OfCluster(MAPPER.readValue(json, StoredCluster.class)), bytes);
            }
            return name.startsWith(PROXY_PREFIX)
                    ? new Part(new Content.OfProxies(MAPPER.readValue(json, PROXIES)), bytes)
                    : new Part(new Content.OfField(MAPPER.readTree(json)), bytes);
        }

        /** As it is stored, gzip. */
        public byte[] bytes() {
            return bytes;
        }

        /** Of the bytes, in hex. */
        public String hash() {
            return hash;
        }
    }

    /** Cuts metadata into parts. Those that are equal to their predecessors are taken over with their bytes. */
    public static MetadataParts of(Metadata state, MetadataParts previous) {
        SortedMap<String, Content> contents = new TreeMap<>();
        MetadataEdit rest = state.edit();
        state.clusters().forEach((name, cluster) -> {
            contents.put(CLUSTER_PREFIX + name, new Content.OfCluster(cluster));
            rest.removeCluster(name);
        });
        Map<String, SortedMap<ProxyAddress, ProxyResource>> pieces = new TreeMap<>();
        state.allProxies().forEach((address, proxy) -> {
            String piece = PROXY_PREFIX + Math.floorMod(address.toString().hashCode(), PROXY_PIECES);
            pieces.computeIfAbsent(piece, name -> new TreeMap<>()).put(address, proxy);
            rest.removeProxy(address);
        });
        pieces.forEach((name, proxies) -> contents.put(name, new Content.OfProxies(proxies)));
        ObjectNode head = MAPPER.valueToTree(rest.done());
        List.copyOf(head.properties()).forEach(field -> {
            if (field.getValue().isContainerNode() && !field.getValue().isEmpty()) {
                contents.put(FIELD_PREFIX + field.getKey(), new Content.OfField(field.getValue()));
                head.remove(field.getKey());
            }
        });
        SortedMap<String, Part> parts = new TreeMap<>();
        contents.forEach((name, content) -> parts.put(name, Part.of(content, previous.parts.get(name))));
        return new MetadataParts(head, parts);
    }

    /**
     * Puts the metadata together.
     *
     * @throws UndermoonException as {@link MetadataJson#read(byte[])}
     */
    public Metadata state() {
        ObjectNode rest = head.deepCopy();
        parts.forEach((name, part) -> {
            if (part.content instanceof Content.OfField field) {
                rest.set(name.substring(FIELD_PREFIX.length()), field.value());
            }
        });
        MetadataEdit edit = MetadataJson.read(write(rest)).edit();
        for (Part part : parts.values()) {
            if (part.content instanceof Content.OfCluster cluster) {
                edit.put(cluster.value());
            } else if (part.content instanceof Content.OfProxies proxies) {
                proxies.value().values().forEach(edit::put);
            }
        }
        Metadata state = edit.done();
        List<String> violations = Consistency.violations(state);
        if (!violations.isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata contradicts itself: " + violations.get(0));
        }
        return state;
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

    /** The hash of each part by its name. */
    public SortedMap<String, String> hashes() {
        SortedMap<String, String> hashes = new TreeMap<>();
        parts.forEach((name, part) -> hashes.put(name, part.hash()));
        return hashes;
    }

    /** A value as it is stored: JSON, compressed. */
    public static byte[] pack(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(write(value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "metadata cannot be written as JSON", e);
        }
    }

    /** @throws IOException if the bytes are not gzip of JSON */
    public static JsonNode unpack(byte[] bytes) throws IOException {
        return MAPPER.readTree(decompress(bytes));
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
