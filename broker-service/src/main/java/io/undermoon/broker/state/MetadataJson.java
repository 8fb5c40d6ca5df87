package io.undermoon.broker.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.util.List;

/** The metadata dump as bytes: UTF-8 JSON of a {@link Metadata}, in the original broker's format. */
public final class MetadataJson {
    /** The format before {@link Metadata#VERSION}, without {@code enable_ordered_proxy} and {@code index}. */
    private static final String OLDER_VERSION = "mem-broker-0.1";

    private static final ObjectMapper MAPPER = Json.mapper();

    private MetadataJson() {}

    public static byte[] write(Metadata state) {
        try {
            return MAPPER.writeValueAsBytes(state);
        } catch (JsonProcessingException e) {
            throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "metadata cannot be written as JSON", e);
        }
    }

    /**
     * Reads a dump of this version or the one before.
     *
     * @throws UndermoonException {@code PERSISTENCE_JSON_ERROR} if it is not the JSON of consistent metadata,
     *     {@code INVALID_META_VERSION} if it has another version
     */
    public static Metadata read(byte[] dump) {
        try {
            JsonNode tree = MAPPER.readTree(dump);
            if (tree instanceof ObjectNode root && root.path("version").asText().equals(OLDER_VERSION)) {
                upgrade(root);
            }
            return read(tree);
        } catch (JsonProcessingException e) {
            throw new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR,
                    "the metadata is not a JSON document: " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata cannot be read: " + e, e);
        }
    }

    /** Reads a dump of exactly this version. */
    public static Metadata read(JsonNode tree) {
        String version = tree.path("version").asText();
        if (tree.path("version").isTextual() && !version.equals(Metadata.VERSION)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_META_VERSION,
                    "the metadata has version '" + version + "', expected '" + Metadata.VERSION + "'");
        }
        Metadata state = convert(tree);
        List<String> violations = Consistency.violations(state);
        if (!violations.isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata contradicts itself: " + violations.get(0));
        }
        return state;
    }

    private static Metadata convert(JsonNode tree) {
        try {
            Metadata state = MAPPER.treeToValue(tree, Metadata.class);
            if (state == null) {
                throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata is empty");
            }
            return state;
        } catch (JsonProcessingException e) {
            throw new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata cannot be read: " + JsonFault.describe(e), e);
        }
    }

    private static void upgrade(ObjectNode root) {
        root.put("version", Metadata.VERSION);
        if (!root.has("enable_ordered_proxy")) {
            root.put("enable_ordered_proxy", false);
        }
        root.path("all_proxies").forEach(proxy -> {
            if (proxy instanceof ObjectNode resource && !resource.has("index")) {
                resource.put("index", 0);
            }
        });
    }
}
