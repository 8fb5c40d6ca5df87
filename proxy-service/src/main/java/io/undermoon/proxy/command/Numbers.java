package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;

/** Parses small counts in arguments as strictly as Redis: digits only, no sign, no leading zero, no space. */
final class Numbers {
    private static final int MAX_DIGITS = 9;

    private Numbers() {}

    /** The number; -1 if the argument is no number or has more than 9 digits, which no count of arguments has. */
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
