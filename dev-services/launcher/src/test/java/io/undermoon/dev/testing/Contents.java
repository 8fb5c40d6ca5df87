package io.undermoon.dev.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.StreamEntry;

/** All keys of a server with types, values and expiry times, as text that does not depend on how they are stored. */
public final class Contents {
    private static final Pattern EXPIRES = Pattern.compile("^\\w+ expires=(\\d+) ");

    private Contents() {}

    /** Of one server. */
    public static TreeMap<String, String> of(Jedis server) {
        TreeMap<String, String> contents = new TreeMap<>();
        for (byte[] key : server.keys("*".getBytes(StandardCharsets.UTF_8))) {
            String name = new String(key, StandardCharsets.ISO_8859_1);
            if (name.startsWith("undermoon:import:")) {
                continue;
            }
            long expires = server.pexpireTime(key);
            String text = server.type(key) + " expires=" + expires + " " + value(server, key);
            // Looked at last, as it may expire in between.
            if (server.exists(key)) {
                contents.put(name, text);
            }
        }
        return contents;
    }

    /** Of several servers, each with keys of its own. */
    public static TreeMap<String, String> of(List<Jedis> servers) {
        TreeMap<String, String> contents = new TreeMap<>();
        for (Jedis server : servers) {
            of(server).forEach((key, value) -> {
                if (contents.put(key, value) != null) {
                    throw new AssertionError("two masters have the key " + key);
                }
            });
        }
        return contents;
    }

    /** The keys that are not the same in both, with what each has; null where a key is missing. */
    public static List<String> differences(Map<String, String> expected, Map<String, String> actual) {
        TreeSet<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        keys.removeIf(key -> Objects.equals(expected.get(key), actual.get(key)));
        return keys.stream()
                .map(key -> key + ": expected " + expected.get(key) + " but was " + actual.get(key))
                .toList();
    }

    /** Whether a key with these contents is gone at a time. */
    public static boolean expiresBefore(String contents, long millis) {
        Matcher expires = EXPIRES.matcher(contents);
        return expires.find() && Long.parseLong(expires.group(1)) <= millis;
    }

    private static String value(Jedis server, byte[] key) {
        return switch (server.type(key)) {
            case "string" -> text(server.get(key));
            case "list" -> texts(server.lrange(key, 0, -1)).toString();
            case "set" -> new TreeSet<>(texts(server.smembers(key))).toString();
            case "zset" -> server.zrangeWithScores(key, 0, -1).toString();
            case "hash" -> hash(server.hgetAll(key)).toString();
            case "stream" -> stream(server, new String(key, StandardCharsets.UTF_8));
            default -> "";
        };
    }

    private static String stream(Jedis server, String key) {
        List<StreamEntry> entries = server.xrange(key, "-", "+");
        return entries.stream()
                        .map(entry -> entry.getID() + new TreeMap<>(entry.getFields()).toString())
                        .toList() + " groups "
                + server.xinfoGroups(key).stream()
                        .map(group -> group.getName() + group.getPending())
                        .toList();
    }

    private static TreeMap<String, String> hash(Map<byte[], byte[]> fields) {
        TreeMap<String, String> sorted = new TreeMap<>();
        fields.forEach((field, value) -> sorted.put(text(field), text(value)));
        return sorted;
    }

    private static List<String> texts(Iterable<byte[]> all) {
        List<String> texts = new ArrayList<>();
        all.forEach(one -> texts.add(text(one)));
        return texts;
    }

    /** Long values by their length and a sum. */
    private static String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return "";
        }
        return bytes.length > 500
                ? bytes.length + " bytes, sum " + Arrays.hashCode(bytes)
                : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
