package io.undermoon.dev.imports.source;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.WireInput;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which arguments of a command are keys, as the server says that has executed it; so commands of modules and of later
 * versions are known as well. Keys that a command only reads are among them.
 */
public final class KeyPositions {
    private static final Set<String> WITHOUT_KEYS = Set.of(
            "ping",
            "replconf",
            "select",
            "multi",
            "exec",
            "publish",
            "spublish",
            "script",
            "function",
            "flushall",
            "flushdb",
            "swapdb");
    private static final int LONGEST_SHOWN = 40;

    /** First, last (from the end if negative) and step; a first of 0 where only the server knows. */
    private record Places(int first, int last, int step) {}

    private final RedisConnection connection;
    private final Map<String, Places> table = new HashMap<>();

    public KeyPositions(RedisConnection connection) throws IOException {
        this.connection = connection;
        for (RespValue command : Reply.items(connection.demand("COMMAND"))) {
            List<RespValue> parts = Reply.items(command);
            boolean movable = Reply.texts(parts.get(2)).contains("movablekeys");
            table.put(
                    Reply.text(parts.get(0)).toLowerCase(Locale.ROOT),
                    new Places(movable ? 0 : (int) Reply.number(parts.get(3)), (int) Reply.number(parts.get(4)), (int)
                            Reply.number(parts.get(5))));
        }
    }

    /**
     * The keys of a command.
     *
     * @param name in lower case
     * @throws UnknownKeysException if they cannot be known
     */
    public List<byte[]> of(String name, List<byte[]> command) throws IOException {
        if (WITHOUT_KEYS.contains(name)) {
            return List.of();
        }
        Places places = table.get(name);
        if (places == null || places.first() == 0) {
            return asked(name, command);
        }
        int last = places.last() < 0 ? command.size() + places.last() : places.last();
        List<byte[]> keys = new ArrayList<>();
        for (int i = places.first(); i <= last && i < command.size(); i += places.step()) {
            keys.add(known(name, command.get(i)));
        }
        return keys;
    }

    private List<byte[]> asked(String name, List<byte[]> command) throws IOException {
        List<byte[]> question = new ArrayList<>(List.of(bytes("COMMAND"), bytes("GETKEYS")));
        question.addAll(command);
        RespValue reply = connection.exchange(List.of(new Command(question))).get(0);
        if (reply instanceof Failure failure) {
            if (failure.text().contains("no key arguments")) {
                return List.of();
            }
            throw new UnknownKeysException("the source has executed " + shown(name)
                    + ", of which it does not say what keys it changes: " + failure.text());
        }
        List<byte[]> keys = new ArrayList<>();
        for (RespValue key : Reply.items(reply)) {
            keys.add(known(name, Reply.bytes(key)));
        }
        return keys;
    }

    private static byte[] known(String name, byte[] key) throws UnknownKeysException {
        if (key == WireInput.TOO_LONG) {
            throw new UnknownKeysException("the source has executed " + name + " with a key of more than 1 MB");
        }
        return key;
    }

    private static String shown(String name) {
        return name.substring(0, Math.min(LONGEST_SHOWN, name.length()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
