package io.undermoon.proxy.gather;

import io.netty.buffer.ByteBuf;

/** Numbers without sign as digits. */
final class Decimal {
    /** What was read is not a number of this kind. */
    static final long INVALID = -1;

    private Decimal() {}

    /** A number below 2^63, or {@link #INVALID}. */
    static long parseUnsigned(ByteBuf in, int start, int length) {
        if (length == 0) {
            return INVALID;
        }
        long number = 0;
        for (int i = start; i < start + length; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE - digit) / 10) {
                return INVALID;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
