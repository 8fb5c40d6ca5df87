package io.undermoon.proxy.testing;

import io.undermoon.resp.RespValue;

/** Replies as text, for assertions. */
public final class Replies {
    private Replies() {}

    /** The text of a bulk or simple string, error or integer; otherwise what the value prints as. */
    public static String text(RespValue value) {
        if (value instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        if (value instanceof RespValue.Simple simple) {
            return simple.text();
        }
        if (value instanceof RespValue.Failure failure) {
            return failure.text();
        }
        if (value instanceof RespValue.Int number) {
            return Long.toString(number.value());
        }
        return value.toString();
    }
}
