package io.undermoon.slot;

/**
 * CRC16-XMODEM (polynomial 0x1021, initial value 0, most significant bit first), computed over one, four or eight
 * bytes at a time.
 *
 * <p>Row {@code k} of the table holds the checksum of each byte followed by {@code k} zero bytes. The checksum is
 * linear, so that of eight bytes is the exclusive or of eight independent table entries.
 */
final class Crc16 {
    private static final int POLYNOMIAL = 0x1021;
    private static final int ROWS = 8;
    private static final int ROW = 256;
    private static final char[] TABLE = table();

    private Crc16() {}

    static int next(int crc, byte b) {
        return (crc << 8 & 0xffff) ^ TABLE[(crc >>> 8 ^ b) & 0xff];
    }

    /** Continues a checksum by four bytes, the first of them in the highest bits. */
    static int next(int crc, int word) {
        int mixed = word ^ crc << 16;
        return at(3, mixed >>> 24) ^ at(2, mixed >>> 16) ^ at(1, mixed >>> 8) ^ at(0, mixed);
    }

    /** Continues a checksum by eight bytes, the first of them in the highest bits. */
    static int next(int crc, long word) {
        int high = (int) (word >>> 32) ^ crc << 16;
        int low = (int) word;
        return at(7, high >>> 24)
                ^ at(6, high >>> 16)
                ^ at(5, high >>> 8)
                ^ at(4, high)
                ^ at(3, low >>> 24)
                ^ at(2, low >>> 16)
                ^ at(1, low >>> 8)
                ^ at(0, low);
    }

    private static int at(int row, int b) {
        return TABLE[row * ROW + (b & 0xff)];
    }

    private static char[] table() {
        char[] table = new char[ROWS * ROW];
        for (int i = 0; i < ROW; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
            }
            table[i] = (char) crc;
        }
        for (int i = ROW; i < table.length; i++) {
            int shorter = table[i - ROW];
            table[i] = (char) (shorter << 8 ^ table[shorter >>> 8]);
        }
        return table;
    }
}
