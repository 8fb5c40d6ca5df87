package io.undermoon.dev.imports.rdb;

/** The checksum that Redis puts behind serialized values: CRC-64 of Jones, reflected, from 0. */
final class Crc64 {
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;
    private static final int SLICES = 8;
    private static final long[][] TABLE = tables();

    private Crc64() {}

    private static long[][] tables() {
        long[][] tables = new long[SLICES][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int i = 0; i < 256; i++) {
            for (int slice = 1; slice < SLICES; slice++) {
                long before = tables[slice - 1][i];
                tables[slice][i] = tables[0][(int) (before & 0xff)] ^ before >>> 8;
            }
        }
        return tables;
    }

    /** The checksum of {@code bytes[0, length)}. */
    static long of(byte[] bytes, int length) {
        long crc = 0;
        int i = 0;
        for (; length - i >= SLICES; i += SLICES) {
            crc ^= word(bytes, i);
            crc = TABLE[7][(int) (crc & 0xff)]
                    ^ TABLE[6][(int) (crc >>> 8 & 0xff)]
                    ^ TABLE[5][(int) (crc >>> 16 & 0xff)]
                    ^ TABLE[4][(int) (crc >>> 24 & 0xff)]
                    ^ TABLE[3][(int) (crc >>> 32 & 0xff)]
                    ^ TABLE[2][(int) (crc >>> 40 & 0xff)]
                    ^ TABLE[1][(int) (crc >>> 48 & 0xff)]
                    ^ TABLE[0][(int) (crc >>> 56)];
        }
        for (; i < length; i++) {
            crc = TABLE[0][(int) (crc ^ bytes[i]) & 0xff] ^ crc >>> 8;
        }
        return crc;
    }

    private static long word(byte[] bytes, int at) {
        long word = 0;
        for (int i = SLICES - 1; i >= 0; i--) {
            word = word << 8 | bytes[at + i] & 0xff;
        }
        return word;
    }
}
