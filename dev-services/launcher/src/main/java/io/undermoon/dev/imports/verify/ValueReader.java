package io.undermoon.dev.imports.verify;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Bulk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads the value of a key in a form that does not depend on how a server stores it. Values of other types than those
 * of Redis itself are null: only their serialized form can be compared.
 */
final class ValueReader {
    private ValueReader() {}

    /** The type and what the key has. */
    record Content(String type, List<RespValue> parts) {
        boolean isComparable() {
            return !parts.isEmpty();
        }
    }

    static Content read(SourceReader server, byte[] key) throws IOException {
        String type = Reply.text(one(server, key, "TYPE"));
        List<RespValue> parts = switch (type) {
            case "string" -> List.of(one(server, key, "GET"));
            case "list" -> List.of(one(server, key, "LRANGE", "0", "-1"));
            case "set" -> sorted(one(server, key, "SMEMBERS"), 1);
            case "zset" -> sorted(one(server, key, "ZRANGE", "0", "-1", "WITHSCORES"), 2);
            case "hash" -> sorted(one(server, key, "HGETALL"), 2);
            case "stream" -> List.of(one(server, key, "XRANGE", "-", "+"), one(server, key, "XINFO GROUPS"));
            default -> List.of();
        };
        return new Content(type, parts);
    }

    private static RespValue one(SourceReader server, byte[] key, String name, String... arguments) throws IOException {
        List<Object> words = new ArrayList<>(List.of((Object[]) name.split(" ")));
        words.add(key);
        words.addAll(List.of(arguments));
        Command command = Command.of(words.toArray());
        return server.ask(List.of(key), asked -> List.of(command)).get(0).get(0);
    }

    /** Groups of items in the order of their first; the array itself even where it is empty. */
    private static List<RespValue> sorted(RespValue reply, int group) {
        List<RespValue> items = Reply.items(reply);
        List<RespValue> groups = new ArrayList<>();
        for (int i = 0; i + group <= items.size(); i += group) {
            groups.add(new RespValue.Array(items.subList(i, i + group)));
        }
        groups.sort(Comparator.comparing(ValueReader::text));
        return List.of(new RespValue.Array(groups));
    }

    private static String text(RespValue group) {
        StringBuilder text = new StringBuilder();
        for (RespValue item : Reply.items(group)) {
            if (item instanceof Bulk bulk) {
                text.append(new String(bulk.bytes(), StandardCharsets.ISO_8859_1))
                        .append('\0');
            }
        }
        return text.toString();
    }
}
