package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;

/**
 * A number of one to six digits without leading zeros and its CRLF, read as one word. Nearly every length in RESP is
 * one; the caller reads any other input byte by byte.
 */
final class ShortNumber {
    static final int NONE = -1;

    private static final int CRLF = '\r' << 8 | '\n';

    private ShortNumber() {}

    /**
     * Reads a number at an index, from which at least eight bytes must be readable.
     *
     * @return the number, for {@link #value} and {@link #length}, or {@link #NONE}
     */
    static long at(ByteBuf in, int index) {
        long word = in.getLong(index);
        boolean beginsWithZero = digit(word) == 0;
        long value = 0;
        int length = 0;
        for (int digit = digit(word); digit >= 0 && digit <= 9 && length < 6; digit = digit(word)) {
            value = value * 10 + digit;
            length++;
            word <<= Byte.SIZE;
        }
        boolean isNumber = length > 0 && word >>> 48 == CRLF && !(beginsWithZero && length > 1);
        return isNumber ? value << 8 | length + 2 : NONE;
    }

    static int value(long number) {
        return (int) (number >> 8);
    }

    /** The number of bytes, CRLF included. */
    static int length(long number) {
        return (int) number & 0xff;
    }

    private static int digit(long word) {
        return (int) (word >>> 56) - '0';
    }
}
