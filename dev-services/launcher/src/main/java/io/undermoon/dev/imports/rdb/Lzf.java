package io.undermoon.dev.imports.rdb;

import java.io.IOException;

/** The compression of long strings in a snapshot. */
final class Lzf {
    private static final int LITERALS = 32;
    private static final int LONG_COPY = 7;

    private Lzf() {}

    /** @throws RdbException if the bytes are no compression of so many others */
    static byte[] expand(byte[] packed, int length) throws IOException {
        byte[] plain = new byte[length];
        int from = 0;
        int to = 0;
        try {
            while (from < packed.length) {
                int control = packed[from++] & 0xff;
                if (control < LITERALS) {
                    System.arraycopy(packed, from, plain, to, control + 1);
                    from += control + 1;
                    to += control + 1;
                    continue;
                }
                int copied = control >> 5;
                if (copied == LONG_COPY) {
                    copied += packed[from++] & 0xff;
                }
                int reference = to - ((control & 0x1f) << 8) - (packed[from++] & 0xff) - 1;
                // Byte by byte: what is copied may overlap with where it goes.
                for (int i = 0; i < copied + 2; i++) {
                    plain[to++] = plain[reference++];
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new RdbException("the snapshot has a compressed string that does not expand");
        }
        if (to != length) {
            throw new RdbException(
                    "the snapshot has a compressed string of " + to + " instead of " + length + " bytes");
        }
        return plain;
    }
}
