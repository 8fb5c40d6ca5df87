package io.undermoon.proxy.compression;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdCompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import io.airlift.compress.zstd.ZstdInputStream;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of a value: a zstd frame (RFC 8878), or the value itself. What begins with the magic number of zstd is a
 * frame; everything else is plain. So a plain value that begins with that number is stored as a frame even where this makes it
 * longer, and every value reads as it was written.
 *
 * <p>Plain remain: what is short, what does not shrink, what is long enough to hold up an event loop, and what Redis itself
 * has to understand: numbers, and the HyperLogLogs of {@code PFADD}. Owned by one event loop.
 */
final class ValueCodec {
    /** Shorter values stay plain: a frame's own 14 bytes and more are rarely saved. */
    static final int MIN_BYTES = 64;

    /** Longer values stay plain: compressing this much takes tens of milliseconds of an event loop. */
    static final int MAX_COMPRESSED_BYTES = 8 << 20;

    /** Longer values are not made from frames, nor put into them. */
    static final int MAX_FRAMED_BYTES = 64 << 20;

    /** {@code 28 B5 2F FD} */
    private static final int MAGIC = 0x28B52FFD;

    /** {@code HYLL} */
    private static final int HYPER_LOG_LOG = 0x48594C4C;

    private static final int MAX_NUMBER_BYTES = 5 * 1024;

    private final ZstdCompressor compressor = new ZstdCompressor();
    private final ZstdDecompressor decompressor = new ZstdDecompressor();

    /** A value cannot be stored or read because of its size; the message is for the client. */
    static final class ValueTooLargeException extends Exception {
        private static final long serialVersionUID = 1L;

        private ValueTooLargeException(String message) {
            super(message, null, false, false);
        }
    }

    /** Whether a value in its stored form is a frame. */
    static boolean isFrame(ByteBuf in, int from, int length) {
        return length >= Integer.BYTES && in.getInt(from) == MAGIC;
    }

    /**
     * The frame to store a value as.
     *
     * @param compresses whether that is wanted; else it becomes a frame only where it must
     * @return null when it is to be stored as it is
     * @throws ValueTooLargeException it has to be a frame and is too large for that
     */
    byte @Nullable [] frame(ByteBuf in, int from, int length, boolean compresses) throws ValueTooLargeException {
        boolean mustBeFrame = isFrame(in, from, length);
        if (mustBeFrame && length > MAX_FRAMED_BYTES) {
            throw new ValueTooLargeException("ERR a value that begins like a compressed one is larger than "
                    + MAX_FRAMED_BYTES + " bytes; nothing was executed");
        }
        if (!mustBeFrame && !(compresses && isWorthwhile(in, from, length))) {
            return null;
        }
        byte[] value = new byte[length];
        in.getBytes(from, value);
        byte[] out = new byte[compressor.maxCompressedLength(length)];
        int size = compressor.compress(value, 0, length, out, 0, out.length);
        return mustBeFrame || size < length ? Arrays.copyOf(out, size) : null;
    }

    private static boolean isWorthwhile(ByteBuf in, int from, int length) {
        return length >= MIN_BYTES && length <= MAX_COMPRESSED_BYTES && !isForRedis(in, from, length);
    }

    private static boolean isForRedis(ByteBuf in, int from, int length) {
        return in.getInt(from) == HYPER_LOG_LOG || length <= MAX_NUMBER_BYTES && isNumber(in, from, length);
    }

    private static boolean isNumber(ByteBuf in, int from, int length) {
        for (int i = from; i < from + length; i++) {
            int c = in.getByte(i);
            boolean isPart = c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
            if (!isPart) {
                return false;
            }
        }
        return true;
    }

    /**
     * The value in a frame.
     *
     * @param maxBytes how long it may be
     * @return null when it is none: only the first bytes look like it
     * @throws ValueTooLargeException it is longer
     */
    byte @Nullable [] value(ByteBuf in, int from, int length, long maxBytes) throws ValueTooLargeException {
        byte[] frame = new byte[length];
        in.getBytes(from, frame);
        int limit = (int) Math.min(maxBytes, MAX_FRAMED_BYTES);
        try {
            long size = ZstdDecompressor.getDecompressedSize(frame, 0, length);
            if (size < 0) {
                return valueOfUnknownSize(frame, limit);
            }
            if (size > limit) {
                throw tooLarge(limit);
            }
            byte[] value = new byte[(int) size];
            int written = decompressor.decompress(frame, 0, length, value, 0, value.length);
            return written == value.length ? value : null;
        } catch (MalformedInputException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    /** Frames made in a stream, as the original's are, do not say how long the value is. */
    private static byte @Nullable [] valueOfUnknownSize(byte[] frame, int limit) throws ValueTooLargeException {
        try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(frame))) {
            byte[] value = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw tooLarge(limit);
            }
            return value;
        } catch (IOException e) {
            return null;
        }
    }

    private static ValueTooLargeException tooLarge(int limit) {
        return new ValueTooLargeException("ERR compressed values of the reply come to more than " + limit + " bytes");
    }
}
