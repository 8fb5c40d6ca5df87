package io.undermoon.broker.state;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The metadata dump as bytes: UTF-8 JSON of a {@link Metadata}, in the original broker's format. */
public final class MetadataJson {
    /** The format before {@link Metadata#VERSION}, without {@code enable_ordered_proxy} and {@code index}. */
    private static final String OLDER_VERSION = "mem-broker-0.1";

    private static final ObjectMapper MAPPER =
            Json.refuseMistakes(Json.configure(JsonMapper.builder().build()));

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
            if (!OLDER_VERSION.equals(versionOf(dump))) {
                return current(dump);
            }
            JsonNode tree = MAPPER.readTree(dump);
            if (tree instanceof ObjectNode root) {
                upgrade(root);
            }
            return consistent(MAPPER.treeToValue(tree, Metadata.class));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Reads a dump of exactly this version. */
    public static Metadata readCurrent(byte[] dump) {
        try {
            return current(dump);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Without a tree of the document in between, which takes many times the memory of the text. */
    private static Metadata current(byte[] dump) throws IOException {
        String version = versionOf(dump);
        if (version != null && !version.equals(Metadata.VERSION)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_META_VERSION,
                    "the metadata has version '" + version + "', expected '" + Metadata.VERSION + "'");
        }
        return consistent(MAPPER.readValue(dump, Metadata.class));
    }

    private static @Nullable String versionOf(byte[] dump) throws IOException {
        try (JsonParser parser = MAPPER.createParser(dump)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isVersion = parser.currentName().equals("version");
                JsonToken value = parser.nextToken();
                if (isVersion) {
                    return value == JsonToken.VALUE_STRING ? parser.getText() : null;
                }
                parser.skipChildren();
            }
            return null;
        }
    }

    private static Metadata consistent(@Nullable Metadata state) {
        if (state == null) {
            throw new UndermoonException(ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata is empty");
        }
        List<String> violations = Consistency.violations(state);
        if (!violations.isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata contradicts itself: " + violations.get(0));
        }
        return state;
    }

    private static UndermoonException unreadable(IOException e) {
        if (e instanceof JsonMappingException mapping) {
            return new UndermoonException(
                    ErrorCode.PERSISTENCE_JSON_ERROR, "the metadata cannot be read: " + JsonFault.describe(mapping), e);
        }
        return new UndermoonException(
                ErrorCode.PERSISTENCE_JSON_ERROR,
                "the metadata is not a JSON document: "
                        + (e instanceof JsonProcessingException json ? json.getOriginalMessage() : e),
                e);
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
