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
 * The codec of the stored form of values: a zstd frame (RFC 8878), or the value itself. A stored value is a frame if it
 * begins with zstd's magic number. A plain value with that beginning is therefore stored as a frame even if this makes
 * it longer, so every value reads as it was written.
 *
 * <p>Values stay plain if they are short, do not shrink, would block the event loop for too long, or must be readable
 * for Redis: numbers, and the HyperLogLogs of {@code PFADD}. Owned by one event loop.
 */
final class ValueCodec {
    /** Shorter values stay plain: the overhead of a frame, 14 bytes or more, is rarely saved. */
    static final int MIN_BYTES = 64;

    /** Longer values stay plain: compressing them would block the event loop for tens of milliseconds. */
    static final int MAX_COMPRESSED_BYTES = 8 << 20;

    /** The limit of a value within a frame. */
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
     * Encodes a value.
     *
     * @param compresses whether to compress; else the value becomes a frame only if its beginning requires it
     * @return the frame; null if the value is stored as it is
     * @throws ValueTooLargeException the value must be a frame and is too large
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
     * Decodes a frame.
     *
     * @param maxBytes limit of the value
     * @return the value; null if only the first bytes look like a frame
     * @throws ValueTooLargeException the value is longer
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

    /** Streamed frames, such as those of the original Undermoon, do not contain the length of the value. */
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
