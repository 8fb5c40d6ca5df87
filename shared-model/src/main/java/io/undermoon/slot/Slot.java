package io.undermoon.slot;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The hash slot of a key, exactly as Redis Cluster computes it: {@code CRC16-XMODEM(tag) mod 16384}.
 *
 * <p>The tag is what stands between the first <code>{</code> and the first <code>}</code> after it, or the whole key
 * when there is no such pair or nothing between them. Slots are plain {@code int}s in {@code 0..16383}: they are on the
 * path of every command.
 */
public final class Slot {
    /** How many slots a cluster has; slots are numbered from 0 to {@code COUNT - 1}. */
    public static final int COUNT = 16384;

    private static final int MASK = COUNT - 1;
    private static final int POLYNOMIAL = 0x1021;
    private static final short[] CRC_TABLE = crcTable();

    private Slot() {}

    /** The slot of the key in {@code buf[start, start + length)}; reads without moving the buffer's indices. */
    public static int of(ByteBuf buf, int start, int length) {
        int end = start + length;
        int open = buf.indexOf(start, end, (byte) '{');
        if (open >= 0) {
            int close = buf.indexOf(open + 1, end, (byte) '}');
            if (close > open + 1) {
                return crc16(buf, open + 1, close) & MASK;
            }
        }
        return crc16(buf, start, end) & MASK;
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
            crc = next(crc, key[i]);
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
            crc = next(crc, buf.getByte(i));
        }
        return crc;
    }

    private static int next(int crc, byte b) {
        return ((crc << 8) ^ CRC_TABLE[((crc >>> 8) ^ b) & 0xff]) & 0xffff;
    }

    private static int indexOf(byte[] bytes, int from, byte wanted) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static short[] crcTable() {
        short[] table = new short[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
            }
            table[i] = (short) crc;
        }
        return table;
    }
}
