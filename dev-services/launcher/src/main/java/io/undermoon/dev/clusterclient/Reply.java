package io.undermoon.dev.clusterclient;

import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Bulk;
import io.undermoon.resp.RespValue.Int;
import io.undermoon.resp.RespValue.Null;
import io.undermoon.resp.RespValue.Simple;
import java.util.List;

/** What a RESP2 reply holds. Each method throws {@link UnexpectedReplyException} for a reply of another kind. */
public final class Reply {
    private static final int SHOWN = 100;

    private Reply() {}

    public static boolean isNull(RespValue reply) {
        return reply instanceof Null;
    }

    /** An integer, or a string that reads as one. */
    public static long number(RespValue reply) {
        if (reply instanceof Int number) {
            return number.value();
        }
        try {
            return Long.parseLong(text(reply));
        } catch (NumberFormatException e) {
            throw unexpected(reply, "a number");
        }
    }

    /** An integer, a string that reads as one, or 0 for a key that is not there. */
    public static long numberOrZero(RespValue reply) {
        return isNull(reply) ? 0 : number(reply);
    }

    public static String text(RespValue reply) {
        if (reply instanceof Bulk bulk) {
            return bulk.text();
        }
        if (reply instanceof Simple simple) {
            return simple.text();
        }
        throw unexpected(reply, "a string");
    }

    public static byte[] bytes(RespValue reply) {
        if (reply instanceof Bulk bulk) {
            return bulk.bytes();
        }
        throw unexpected(reply, "a string");
    }

    /** The elements of an array; none for a null array. */
    public static List<RespValue> items(RespValue reply) {
        if (reply instanceof Array array) {
            return array.items();
        }
        if (reply == Null.ARRAY) {
            return List.of();
        }
        throw unexpected(reply, "an array");
    }

    public static List<String> texts(RespValue reply) {
        return items(reply).stream().map(Reply::text).toList();
    }

    private static UnexpectedReplyException unexpected(RespValue reply, String wanted) {
        String shown = String.valueOf(reply);
        return new UnexpectedReplyException(
                "reply is not " + wanted + ": " + shown.substring(0, Math.min(SHOWN, shown.length())));
    }
}
