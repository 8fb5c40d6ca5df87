package io.undermoon.dev.imports.rdb;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a snapshot with the encodings that Redis uses for lengths and strings. What is skipped after {@link
 * #mark} is kept until {@link #sinceMark}. Not thread-safe.
 */
final class RdbInput {
    private static final int LENGTH_6_BITS = 0;
    private static final int LENGTH_14_BITS = 1;
    private static final int LENGTH_32_BITS = 0x80;
    private static final int LENGTH_64_BITS = 0x81;
    private static final int ENCODED_INT8 = 0xc0;
    private static final int ENCODED_INT16 = 0xc1;
    private static final int ENCODED_INT32 = 0xc2;
    private static final int ENCODED_LZF = 0xc3;
    private static final int START_BYTES = 256 << 10;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private final InputStream in;
    private byte[] buffer = new byte[START_BYTES];
    private int position;
    private int limit;
    private int mark = -1;

    RdbInput(InputStream in) {
        this.in = in;
    }

    /** What is read from here on is kept. */
    void mark() {
        mark = position;
    }

    /**
     * What was read since the mark, which is taken away.
     *
     * @param before bytes of room before it
     * @param after bytes of room behind it
     */
    byte[] sinceMark(int before, int after) {
        byte[] bytes = new byte[before + position - mark + after];
        System.arraycopy(buffer, mark, bytes, before, position - mark);
        mark = -1;
        return bytes;
    }

    void skip(long bytes) throws IOException {
        if (bytes < 0) {
            throw new RdbException("the snapshot has a negative length: " + bytes);
        }
        long left = bytes;
        while (left > 0) {
            int step = (int) Math.min(left, mark < 0 ? START_BYTES : MAX_BYTES);
            require(step);
            position += step;
            left -= step;
        }
    }

    int unsignedByte() throws IOException {
        require(1);
        return buffer[position++] & 0xff;
    }

    long littleEndian(int bytes) throws IOException {
        require(bytes);
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | buffer[position + i] & 0xff;
        }
        position += bytes;
        return value;
    }

    private long bigEndian(int bytes) throws IOException {
        require(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | buffer[position++] & 0xff;
        }
        return value;
    }

    String ascii(int length) throws IOException {
        require(length);
        String text = new String(buffer, position, length, StandardCharsets.US_ASCII);
        position += length;
        return text;
    }

    /** A length, or a plain number. */
    long length() throws IOException {
        int first = unsignedByte();
        return length(first);
    }

    private long length(int first) throws IOException {
        if (first >> 6 == LENGTH_6_BITS) {
            return first & 0x3f;
        }
        if (first >> 6 == LENGTH_14_BITS) {
            return (first & 0x3f) << 8 | unsignedByte();
        }
        return switch (first) {
            case LENGTH_32_BITS -> bigEndian(Integer.BYTES);
            case LENGTH_64_BITS -> bigEndian(Long.BYTES);
            default -> throw new RdbException("the snapshot has a length of an unknown form: " + first);
        };
    }

    void skipString() throws IOException {
        int first = unsignedByte();
        switch (first) {
            case ENCODED_INT8 -> skip(1);
            case ENCODED_INT16 -> skip(2);
            case ENCODED_INT32 -> skip(4);
            case ENCODED_LZF -> {
                long compressed = length();
                length();
                skip(compressed);
            }
            default -> skip(length(first));
        }
    }

    void skipStrings(long count) throws IOException {
        for (long i = 0; i < count; i++) {
            skipString();
        }
    }

    byte[] string() throws IOException {
        int first = unsignedByte();
        return switch (first) {
            case ENCODED_INT8 -> decimal((byte) littleEndian(1));
            case ENCODED_INT16 -> decimal((short) littleEndian(2));
            case ENCODED_INT32 -> decimal((int) littleEndian(4));
            case ENCODED_LZF -> compressed();
            default -> bytes(length(first));
        };
    }

    private static byte[] decimal(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] bytes(long length) throws IOException {
        if (length < 0 || length > MAX_BYTES) {
            throw new RdbException("the snapshot has a string of " + length + " bytes");
        }
        require((int) length);
        byte[] bytes = Arrays.copyOfRange(buffer, position, position + (int) length);
        position += (int) length;
        return bytes;
    }

    private byte[] compressed() throws IOException {
        long from = length();
        long to = length();
        byte[] packed = bytes(from);
        if (to < 0 || to > MAX_BYTES) {
            throw new RdbException("the snapshot has a string of " + to + " bytes");
        }
        return Lzf.expand(packed, (int) to);
    }

    /** Has so many bytes from the position on in the buffer. */
    private void require(int bytes) throws IOException {
        if (limit - position >= bytes) {
            return;
        }
        int kept = mark < 0 ? position : mark;
        long needed = (long) position - kept + bytes;
        if (needed > MAX_BYTES) {
            throw new RdbException("the snapshot has a value of more than 2 GB, which no RESTORE takes");
        }
        byte[] target = buffer;
        if (needed > buffer.length) {
            target = new byte[(int) Math.min(MAX_BYTES, Math.max(needed, 2L * buffer.length))];
        } else if (mark < 0
                && buffer.length > 64 * START_BYTES
                && needed <= START_BYTES
                && limit - kept <= START_BYTES) {
            // A huge value is behind us.
            target = new byte[START_BYTES];
        }
        System.arraycopy(buffer, kept, target, 0, limit - kept);
        buffer = target;
        limit -= kept;
        position -= kept;
        mark = mark < 0 ? -1 : 0;
        while (limit - position < bytes) {
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                throw new EOFException("the snapshot ends in the middle");
            }
            limit += read;
        }
    }
}
