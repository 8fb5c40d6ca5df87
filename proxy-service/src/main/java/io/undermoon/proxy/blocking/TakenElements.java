package io.undermoon.proxy.blocking;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements that a blocking command has taken, and the command that puts them back where they were. Commands that
 * move an element to another list, and those that read streams, take nothing that is lost with their reply.
 */
final class TakenElements {
    private TakenElements() {}

    /** Whether the reply of a command is the only copy of what is in it. */
    static boolean areTakenBy(Command command) {
        return switch (command.name()) {
            case "blpop", "brpop", "blmpop", "bzpopmin", "bzpopmax", "bzmpop" -> true;
            default -> false;
        };
    }

    /**
     * The command that undoes another one; null when that one has taken nothing.
     *
     * @param frame the command that has taken elements
     * @param reply its whole reply, in RESP2 or RESP3
     */
    static @Nullable CommandFrame putBack(Command command, CommandFrame frame, ByteBuf reply) {
        if (!(new RespReader(RespLimits.CONTROL).read(reply) instanceof RespValue.Array array)
                || array.items().size() < 2) {
            return null;
        }
        List<RespValue> values = array.items();
        return switch (command.name()) {
            case "blpop" -> list("LPUSH", values.get(0), List.of(values.get(1)));
            case "brpop" -> list("RPUSH", values.get(0), List.of(values.get(1)));
            case "blmpop" -> list(isLeft(frame) ? "LPUSH" : "RPUSH", values.get(0), elements(values.get(1)));
            case "bzpopmin", "bzpopmax" -> sortedSet(values.get(0), List.of(new RespValue.Array(values.subList(1, 3))));
            case "bzmpop" -> sortedSet(values.get(0), elements(values.get(1)));
            default -> null;
        };
    }

    /** {@code BLMPOP timeout numkeys key … LEFT|RIGHT [COUNT count]}. */
    private static boolean isLeft(CommandFrame frame) {
        return frame.argumentIs(3 + Integer.parseInt(frame.argument(2)), "LEFT");
    }

    private static List<RespValue> elements(RespValue value) {
        return value instanceof RespValue.Array array ? array.items() : List.of();
    }

    /** The last that was taken is the innermost, so it goes back first. */
    private static CommandFrame list(String name, RespValue key, List<RespValue> elements) {
        CommandBuilder command =
                new CommandBuilder(elements.size() + 2).add(name).add(bytes(key));
        for (int i = elements.size() - 1; i >= 0; i--) {
            command.add(bytes(elements.get(i)));
        }
        return command.build();
    }

    /** A member that has been added again meanwhile keeps its newer score. */
    private static CommandFrame sortedSet(RespValue key, List<RespValue> members) {
        CommandBuilder command = new CommandBuilder(2 * members.size() + 3)
                .add("ZADD")
                .add(bytes(key))
                .add("NX");
        for (RespValue member : members) {
            List<RespValue> pair = elements(member);
            command.add(bytes(pair.get(1))).add(bytes(pair.get(0)));
        }
        return command.build();
    }

    private static byte[] bytes(RespValue value) {
        if (value instanceof RespValue.Bulk bulk) {
            return bulk.bytes();
        }
        String text = value instanceof RespValue.Decimal score ? Double.toString(score.value()) : value.asText();
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
