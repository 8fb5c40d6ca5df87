package io.undermoon.proxy.control;

import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.frame.CommandFrame;

/** Parses arguments of commands; a malformed one ends the command with an {@link ErrorReplyException}. */
public final class Arguments {
    private Arguments() {}

    public static long integer(CommandFrame frame, int argument) {
        return integer(frame, argument, "ERR value is not an integer or out of range");
    }

    /**
     * @param error the reply when the argument is no 64-bit integer
     */
    public static long integer(CommandFrame frame, int argument, String error) {
        return Integers.parse(frame.argument(argument)).orElseThrow(() -> new ErrorReplyException(error));
    }
}
