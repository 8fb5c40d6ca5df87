package io.undermoon.slot;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The hash slot of a key, exactly as Redis Cluster computes it: {@code CRC16-XMODEM(tag) mod 16384}.
 *
 * <p>The tag is the text between the first <code>{</code> and the first <code>}</code> after it, or the whole key if
 * there is no such pair or nothing between them. Slots are plain {@code int}s in {@code 0..16383}: they are on the
 * path of every command.
 */
public final class Slot {
    /** The number of slots of a cluster; slots are numbered from 0 to {@code COUNT - 1}. */
    public static final int COUNT = 16384;

    private static final int MASK = COUNT - 1;
    private static final long EVERY_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Slot() {}

    /**
     * The slot of the key in {@code buf[start, start + length)}; reads without moving the buffer's indices.
     *
     * <p>Keys with a brace are rare: the checksum of the whole key is computed eight bytes at a time during the
     * search for a brace, and only a key with one is read again.
     */
    public static int of(ByteBuf buf, int start, int length) {
        int end = start + length;
        int crc = 0;
        int i = start;
        for (; end - i >= Long.BYTES; i += Long.BYTES) {
            long word = buf.getLong(i);
            if (hasOpeningBrace(word)) {
                return ofTagged(buf, start, end);
            }
            crc = Crc16.next(crc, word);
        }
        if (end - i >= Integer.BYTES) {
            int word = buf.getInt(i);
            if (hasOpeningBrace(word & 0xffffffffL)) {
                return ofTagged(buf, start, end);
            }
            crc = Crc16.next(crc, word);
            i += Integer.BYTES;
        }
        for (; i < end; i++) {
            byte b = buf.getByte(i);
            if (b == '{') {
                return ofTagged(buf, start, end);
            }
            crc = Crc16.next(crc, b);
        }
        return crc & MASK;
    }

    /** Whether one of the eight bytes is an opening brace: whether one is zero after the exclusive or. */
    private static boolean hasOpeningBrace(long word) {
        long zeroIfBrace = word ^ '{' * EVERY_BYTE;
        return (zeroIfBrace - EVERY_BYTE & ~zeroIfBrace & HIGH_BITS) != 0;
    }

    private static int ofTagged(ByteBuf buf, int start, int end) {
        int open = buf.indexOf(start, end, (byte) '{');
        int close = buf.indexOf(open + 1, end, (byte) '}');
        return close > open + 1 ? crc16(buf, open + 1, close) & MASK : crc16(buf, start, end) & MASK;
    }

    /** The slot of a key given as bytes. */
    public static int of(byte[] key) {
        int start = 0;
        int end = key.length;
        int open = indexOf(key, 0, (byte) '{');
        if (open >= 0) {
            int close = indexOf(key, open + 1, (byte) '}');
            if (close > open + 1) {
                start = open + 1;
                end = close;
            }
        }
        int crc = 0;
        for (int i = start; i < end; i++) {
            crc = Crc16.next(crc, key[i]);
        }
        return crc & MASK;
    }

    /** The slot of a key given as text, encoded as UTF-8. */
    public static int of(String key) {
        return of(key.getBytes(StandardCharsets.UTF_8));
    }

    private static int crc16(ByteBuf buf, int start, int end) {
        int crc = 0;
        for (int i = start; i < end; i++) {
            crc = Crc16.next(crc, buf.getByte(i));
        }
        return crc;
    }

    private static int indexOf(byte[] bytes, int from, byte wanted) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
