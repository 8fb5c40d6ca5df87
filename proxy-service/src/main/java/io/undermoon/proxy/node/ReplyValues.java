package io.undermoon.proxy.node;

import io.undermoon.resp.RespValue;
import java.util.List;

/** The content of replies by the type that a command has. Another type fails with {@link NodeException}. */
public final class ReplyValues {
    private ReplyValues() {}

    /** The text of a string of any kind. */
    public static String text(RespValue reply) {
        if (reply instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        if (reply instanceof RespValue.Simple simple) {
            return simple.text();
        }
        if (reply instanceof RespValue.Verbatim verbatim) {
            return verbatim.text();
        }
        throw unexpected("text", reply);
    }

    public static long number(RespValue reply) {
        if (reply instanceof RespValue.Int number) {
            return number.value();
        }
        throw unexpected("a number", reply);
    }

    /** The items of an array. */
    public static List<RespValue> items(RespValue reply) {
        if (reply instanceof RespValue.Array array) {
            return array.items();
        }
        throw unexpected("an array", reply);
    }

    private static NodeException unexpected(String expected, RespValue reply) {
        return NodeException.unexpectedReply(
                "expected " + expected + ", not " + reply.getClass().getSimpleName());
    }
}
