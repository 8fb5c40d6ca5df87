package io.undermoon.broker.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.json.Json;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The value that names all parts of the metadata in a storage that keeps them apart. Each write changes it, and no two
 * writes make it the same, because it has the number of the last write of each broker that wrote lately.
 *
 * <pre>
 * {"format":1,
 *  "head":{"version":"mem-broker-0.2","global_epoch":17,…},
 *  "parts":{"clusters/orders":"a1b2c3d4e5f60718",…},
 *  "writers":{"5f3c…":12,"09ab…":4711}}                      the one that wrote last comes last
 * </pre>
 *
 * @param head the members of the dump that are in no part
 * @param parts by the name of each part a text that begins with its hash; the rest is the storage's own
 * @param writers the number of the last write by broker
 */
public record MetadataIndex(ObjectNode head, SortedMap<String, String> parts, Map<String, Long> writers) {
    private static final int FORMAT = 1;
    /** A broker that lost the reply to its write finds its number here until so many others have written. */
    private static final int MAX_WRITERS = 32;

    private static final int WRITER_BYTES = 8;

    /** What there is before the first write. */
    public static final MetadataIndex NONE =
            new MetadataIndex(Json.mapper().createObjectNode(), new TreeMap<>(), Map.of());

    /** The identity of a broker among the writers, in hex; another one after each start. */
    public static String newWriter() {
        byte[] id = new byte[WRITER_BYTES];
        new SecureRandom().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /**
     * The index after a write.
     *
     * @param references as {@link #parts}
     */
    public MetadataIndex next(ObjectNode newHead, SortedMap<String, String> references, String writer, long write) {
        Map<String, Long> numbers = new LinkedHashMap<>(writers);
        numbers.remove(writer);
        numbers.put(writer, write);
        Iterator<String> oldest = numbers.keySet().iterator();
        while (numbers.size() > MAX_WRITERS) {
            oldest.next();
            oldest.remove();
        }
        return new MetadataIndex(newHead, references, numbers);
    }

    /** Whether the last write of this broker that took effect is the one with this number. */
    public boolean lastWriteIs(String writer, long write) {
        return writers.getOrDefault(writer, 0L) == write;
    }

    /**
     * Puts the parts together that are named here.
     *
     * @param found parts by name, and possibly more than are named
     * @return absent if a part is missing, or has another hash than the one named
     */
    public @Nullable MetadataParts assemble(Map<String, MetadataParts.Part> found) {
        if (!missing(found).isEmpty()) {
            return null;
        }
        SortedMap<String, MetadataParts.Part> named = new TreeMap<>(found);
        named.keySet().retainAll(parts.keySet());
        return new MetadataParts(head, named);
    }

    /** The {@link #parts} that are not among those found, or have another hash there. */
    public SortedMap<String, String> missing(Map<String, MetadataParts.Part> found) {
        SortedMap<String, String> missing = new TreeMap<>();
        parts.forEach((name, reference) -> {
            MetadataParts.Part part = found.get(name);
            if (part == null || !reference.startsWith(part.hash())) {
                missing.put(name, reference);
            }
        });
        return missing;
    }

    /** As it is stored. */
    public byte[] bytes() {
        ObjectNode tree = Json.mapper().createObjectNode();
        tree.put("format", FORMAT);
        tree.set("head", head);
        ObjectNode references = tree.putObject("parts");
        parts.forEach(references::put);
        ObjectNode numbers = tree.putObject("writers");
        writers.forEach(numbers::put);
        return MetadataParts.pack(tree);
    }

    /** @throws IOException if the bytes are not those of an index of this format */
    public static MetadataIndex read(byte[] bytes) throws IOException {
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
        return new MetadataIndex(head, parts, writers);
    }
}
