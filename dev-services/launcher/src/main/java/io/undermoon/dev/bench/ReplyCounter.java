package io.undermoon.dev.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts the replies in a stream of bytes, however the stream is split, without decoding them. One per connection; not
 * thread-safe.
 */
public final class ReplyCounter {
    private static final int MAX_ERROR_LENGTH = 200;

    /** Elements that are still to come before the present reply is complete. */
    private long missing = 1;

    /** Bytes of the present bulk, with the line end after it, that are still to come. */
    private long skip;

    /** The first byte of the present header line, 0 before it. */
    private byte type;

    private long number;
    private boolean negative;
    private long errors;
    private final StringBuilder firstError = new StringBuilder();

    /** Reads all bytes; says how many replies they complete. */
    public int count(ByteBuf in) {
        int replies = 0;
        while (in.isReadable()) {
            if (skip > 0) {
                int step = (int) Math.min(skip, in.readableBytes());
                in.skipBytes(step);
                skip -= step;
                replies += skip == 0 ? completeElement() : 0;
            } else {
                replies += headerByte(in.readByte());
            }
        }
        return replies;
    }

    /**
     * Reads until so many replies are complete.
     *
     * @throws EOFException if the stream ends before
     */
    public void await(InputStream in, int replies) throws IOException {
        byte[] bytes = new byte[64 << 10];
        int left = replies;
        while (left > 0) {
            int read = in.read(bytes);
            if (read < 0) {
                throw new EOFException("connection closed");
            }
            left -= count(Unpooled.wrappedBuffer(bytes, 0, read));
        }
    }

    /** How many of all elements were errors. */
    public long errors() {
        return errors;
    }

    /** The text of the first error; empty without one. */
    public String firstError() {
        return firstError.toString();
    }

    /** The text of the first error since the last call, empty without one; then begins anew. */
    public String takeError() {
        if (errors == 0) {
            return "";
        }
        String text = firstError.toString();
        firstError.setLength(0);
        errors = 0;
        return text;
    }

    private int headerByte(byte value) {
        if (type == 0) {
            type = value;
            number = 0;
            negative = false;
            return 0;
        }
        if (value == '\n') {
            return endOfHeader();
        }
        if (value >= '0' && value <= '9') {
            number = number * 10 + (value - '0');
        } else if (value == '-') {
            negative = true;
        }
        if (type == '-' && errors == 0 && value != '\r' && firstError.length() < MAX_ERROR_LENGTH) {
            firstError.append((char) value);
        }
        return 0;
    }

    private int endOfHeader() {
        byte ended = type;
        type = 0;
        return switch (ended) {
            case '$', '=', '!' -> {
                if (negative) {
                    yield completeElement();
                }
                skip = number + 2;
                yield 0;
            }
            case '*', '~', '>' -> aggregate(number);
            case '%' -> aggregate(2 * number);
            case '-' -> {
                errors++;
                yield completeElement();
            }
            default -> completeElement();
        };
    }

    private int aggregate(long elements) {
        if (!negative) {
            missing += elements;
        }
        return completeElement();
    }

    private int completeElement() {
        if (--missing > 0) {
            return 0;
        }
        missing = 1;
        return 1;
    }
}
