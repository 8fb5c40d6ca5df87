package io.undermoon.dev.imports.wire;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Bulk;
import io.undermoon.resp.RespValue.Failure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shapes of replies that several rooms read. */
public final class Replies {
    private Replies() {}

    /** The lines {@code name:value} of a reply to {@code INFO}. */
    public static Map<String, String> info(RespValue reply) {
        Map<String, String> fields = new HashMap<>();
        for (String line : Reply.text(reply).split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }

    /** A flat array of names and values, as {@code HGETALL} and {@code CONFIG GET} give it. */
    public static Map<String, String> pairs(RespValue reply) {
        List<RespValue> items = Reply.items(reply);
        Map<String, String> pairs = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            pairs.put(Reply.text(items.get(i)), Reply.text(items.get(i + 1)));
        }
        return pairs;
    }

    /** The string, or null where there is none. */
    public static byte @org.jspecify.annotations.Nullable [] bytes(RespValue reply) {
        return reply instanceof Bulk bulk ? bulk.bytes() : null;
    }

    /** Where {@code MOVED} or {@code ASK} points; nothing for all other replies. */
    public static Optional<HostPort> redirection(RespValue reply, HostPort from) {
        if (!(reply instanceof Failure failure)) {
            return Optional.empty();
        }
        String[] words = failure.text().split(" ");
        if (words.length < 3 || !words[0].equals("MOVED") && !words[0].equals("ASK")) {
            return Optional.empty();
        }
        return Optional.of(HostPort.parse(words[2].startsWith(":") ? from.host() + words[2] : words[2]));
    }
}
