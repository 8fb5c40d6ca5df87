package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;

import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The keys of a node, each with its value in a form that does not depend on the encoding, and its expiry time. */
final class Content {
    private Content() {}

    static Map<String, String> of(RespConnection node) {
        Map<String, String> content = new TreeMap<>();
        for (RespValue key : ((RespValue.Array) node.call("KEYS", "*")).items()) {
            String name = text(key);
            content.put(name, value(node, name) + " until " + text(node.call("PEXPIRETIME", name)));
        }
        return content;
    }

    /** Only the keys of certain slots. */
    static Map<String, String> of(RespConnection node, SlotRanges slots) {
        Map<String, String> content = of(node);
        content.keySet().removeIf(key -> !slots.contains(Slot.of(key)));
        return content;
    }

    private static String value(RespConnection node, String name) {
        return switch (text(node.call("TYPE", name))) {
            case "set" -> node.call("SORT", name, "ALPHA").toString();
            case "hash" ->
                ((RespValue.Array) node.call("HGETALL", name))
                        .items().stream()
                                .map(Object::toString)
                                .sorted()
                                .toList()
                                .toString();
            default -> {
                RespValue dump = node.call("DUMP", name);
                // A key may expire meanwhile.
                yield dump instanceof RespValue.Bulk bulk ? Integer.toString(Arrays.hashCode(bulk.bytes())) : "gone";
            }
        };
    }
}
