package io.undermoon.broker.storage.etcd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.storage.MetadataParts;
import io.undermoon.json.Json;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The value that names all parts of the metadata. Each write changes it, and no two writes make it the same, because it
 * has the number of the last write of each broker that wrote lately.
 *
 * <pre>
 * {"format":1,
 *  "head":{"version":"mem-broker-0.2","global_epoch":17,…},
 *  "parts":{"clusters/orders":"a1b2c3d4e5f60718",…},        name: hash of the stored bytes
 *  "writers":{"5f3c…":12,"09ab…":4711}}                      the one that wrote last comes last
 * </pre>
 *
 * @param head the members of the dump that are in no part
 * @param parts the hash of each part by its name
 * @param writers the number of the last write by broker
 */
record EtcdIndex(ObjectNode head, SortedMap<String, String> parts, Map<String, Long> writers) {
    private static final int FORMAT = 1;
    /** A broker that lost the reply to its write finds its number here until so many others have written. */
    private static final int MAX_WRITERS = 32;

    /** What there is before the first write. */
    static final EtcdIndex NONE = new EtcdIndex(Json.mapper().createObjectNode(), new TreeMap<>(), Map.of());

    /** The index after a write. */
    EtcdIndex next(MetadataParts value, String writer, long write) {
        SortedMap<String, String> hashes = new TreeMap<>();
        value.parts().forEach((name, part) -> hashes.put(name, part.hash()));
        Map<String, Long> numbers = new LinkedHashMap<>(writers);
        numbers.remove(writer);
        numbers.put(writer, write);
        Iterator<String> oldest = numbers.keySet().iterator();
        while (numbers.size() > MAX_WRITERS) {
            oldest.next();
            oldest.remove();
        }
        return new EtcdIndex(value.head(), hashes, numbers);
    }

    /** Whether the last write of this broker that took effect is the one with this number. */
    boolean lastWriteIs(String writer, long write) {
        return writers.getOrDefault(writer, 0L) == write;
    }

    byte[] bytes() {
        ObjectNode tree = Json.mapper().createObjectNode();
        tree.put("format", FORMAT);
        tree.set("head", head);
        ObjectNode hashes = tree.putObject("parts");
        parts.forEach(hashes::put);
        ObjectNode numbers = tree.putObject("writers");
        writers.forEach(numbers::put);
        return MetadataParts.pack(tree);
    }

    /** @throws IOException if the bytes are not those of an index of this format */
    static EtcdIndex read(byte[] bytes) throws IOException {
        JsonNode tree = MetadataParts.unpack(bytes);
        if (tree.path("format").asInt() != FORMAT || !(tree.path("head") instanceof ObjectNode head)) {
            throw new IOException("it has format " + tree.path("format") + ", expected " + FORMAT);
        }
        SortedMap<String, String> parts = new TreeMap<>();
        tree.path("parts")
                .properties()
                .forEach(part -> parts.put(part.getKey(), part.getValue().asText()));
        Map<String, Long> writers = new LinkedHashMap<>();
        tree.path("writers")
                .properties()
                .forEach(
                        writer -> writers.put(writer.getKey(), writer.getValue().asLong()));
        return new EtcdIndex(head, parts, writers);
    }
}
