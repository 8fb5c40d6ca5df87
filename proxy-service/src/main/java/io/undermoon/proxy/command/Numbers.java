package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;

/** Reads small counts from arguments as strictly as Redis: plain digits, no sign, no leading zero, no space. */
final class Numbers {
    private static final int MAX_DIGITS = 9;

    private Numbers() {}

    /** The number, or -1 when the argument is not one or has more than 9 digits; no command has so many arguments. */
    static int parse(CommandFrame frame, int argument) {
        int length = frame.argumentLength(argument);
        if (length == 0 || length > MAX_DIGITS) {
            return -1;
        }
        ByteBuf buffer = frame.buffer();
        int start = frame.argumentStart(argument);
        int number = 0;
        for (int i = 0; i < length; i++) {
            int digit = buffer.getByte(start + i) - '0';
            if (digit < 0 || digit > 9 || (digit == 0 && i == 0 && length > 1)) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
