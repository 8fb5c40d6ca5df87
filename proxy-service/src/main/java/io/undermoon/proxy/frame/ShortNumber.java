package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;

/**
 * A number of one to six digits without leading zeros and its CRLF, read as one word: nearly every length in RESP is one. Whatever
 * else stands there is left to those who read byte by byte.
 */
final class ShortNumber {
    static final int NONE = -1;

    private static final int CRLF = '\r' << 8 | '\n';

    private ShortNumber() {}

    /**
     * Reads at an index after which at least eight bytes are there.
     *
     * @return the number, of which {@link #value} and {@link #length} give the parts, or {@link #NONE}
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

    /** How many bytes the number takes, with its CRLF. */
    static int length(long number) {
        return (int) number & 0xff;
    }

    private static int digit(long word) {
        return (int) (word >>> 56) - '0';
    }
}
