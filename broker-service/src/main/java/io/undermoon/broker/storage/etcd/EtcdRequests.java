package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.storage.MetadataParts.Part;
import io.undermoon.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of etcd's JSON gateway: keys and values in Base64, 64-bit numbers as strings, members with the value 0
 * or false left out.
 */
final class EtcdRequests {
    /**
     * The operations of one transaction are limited, to 128 by default, and so are those of one within it, by what the
     * outer one leaves.
     */
    private static final int NESTED_OPERATIONS = 64;

    private final String prefix;

    /**
     * A stored value.
     *
     * @param revision of the write that stored it
     */
    record Entry(String key, byte[] value, long revision) {}

    EtcdRequests(String prefix) {
        this.prefix = prefix;
    }

    String indexKey() {
        return prefix + "index";
    }

    String partKey(String name) {
        return prefix + "parts/" + name;
    }

    /** The name of the part with this key; absent for other keys. */
    @Nullable
    String partOf(String key) {
        String parts = partKey("");
        return key.startsWith(parts) ? key.substring(parts.length()) : null;
    }

    /** The index, and the parts that were written after a revision, all at the same moment. */
    ObjectNode read(long afterRevision) {
        ObjectNode request = object();
        ArrayNode operations = request.putArray("success");
        operations.addObject().putObject("request_range").put("key", base64(indexKey()));
        operations
                .addObject()
                .putObject("request_range")
                .put("key", base64(partKey("")))
                .put("range_end", base64(afterAll(partKey(""))))
                .put("min_mod_revision", Long.toString(afterRevision + 1));
        return request;
    }

    /**
     * Writes parts and the index if the index is still what it was, else reads the index.
     *
     * @param present the index that is expected, at its revision; empty and 0 if there is none
     * @param changes the parts to write, and as null those to delete
     */
    ObjectNode write(byte[] present, long revision, byte[] index, Map<String, @Nullable Part> changes) {
        ObjectNode request = object();
        ArrayNode guards = request.putArray("compare");
        guards.addObject()
                .put("key", base64(indexKey()))
                .put("target", "MOD")
                .put("mod_revision", Long.toString(revision));
        if (revision > 0) {
            // After etcd was restored from a copy, another value can have the same revision.
            guards.addObject()
                    .put("key", base64(indexKey()))
                    .put("target", "VALUE")
                    .put("value", base64(present));
        }
        ArrayNode operations = request.putArray("success");
        operations.addObject().set("request_put", put(indexKey(), index));
        List<ObjectNode> ofParts = new ArrayList<>();
        changes.forEach((name, part) -> ofParts.add(change(partKey(name), part)));
        for (int from = 0; from < ofParts.size(); from += NESTED_OPERATIONS) {
            int to = Math.min(from + NESTED_OPERATIONS, ofParts.size());
            operations.addObject().putObject("request_txn").putArray("success").addAll(ofParts.subList(from, to));
        }
        request.putArray("failure").addObject().putObject("request_range").put("key", base64(indexKey()));
        return request;
    }

    /** Tells of changes of the index. */
    ObjectNode watchIndex() {
        ObjectNode request = object();
        request.putObject("create_request").put("key", base64(indexKey()));
        return request;
    }

    /** The entries that a range operation of a transaction has found. */
    static List<Entry> entries(JsonNode reply, int operation) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode entry :
                reply.path("responses").path(operation).path("response_range").path("kvs")) {
            entries.add(new Entry(
                    new String(bytes(entry.path("key")), StandardCharsets.UTF_8),
                    bytes(entry.path("value")),
                    entry.path("mod_revision").asLong()));
        }
        return entries;
    }

    private static ObjectNode change(String key, @Nullable Part part) {
        ObjectNode operation = object();
        if (part == null) {
            operation.putObject("request_delete_range").put("key", base64(key));
        } else {
            operation.set("request_put", put(key, part.bytes()));
        }
        return operation;
    }

    private static ObjectNode put(String key, byte[] value) {
        return object().put("key", base64(key)).put("value", base64(value));
    }

    /** The first key after all that begin with this one. */
    private static String afterAll(String key) {
        return key.substring(0, key.length() - 1) + (char) (key.charAt(key.length() - 1) + 1);
    }

    private static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(JsonNode text) {
        return Base64.getDecoder().decode(text.asText());
    }
}
