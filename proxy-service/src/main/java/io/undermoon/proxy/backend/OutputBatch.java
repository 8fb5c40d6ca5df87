package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written to a channel in this turn of its loop. Small pieces are copied together into one buffer; large ones
 * are passed on as retained slices. Owned by the channel's loop.
 */
public final class OutputBatch {
    /** From this size on a slice is cheaper than a copy, in bytes. */
    private static final int SLICE_FROM = 16 * 1024;

    private static final int MIN_CAPACITY = 512;
    private static final int MAX_CAPACITY = 64 * 1024;

    private final Channel channel;
    private @Nullable ByteBuf buffer;
    private long written;

    /** As much as the last turn needed, so that the buffer of a busy connection need not grow anew in each turn. */
    private int capacity = MIN_CAPACITY;

    public OutputBatch(Channel channel) {
        this.channel = channel;
    }

    /** The buffer to append to. It stays the batch's own. */
    public ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current == null) {
            current = channel.alloc().directBuffer(capacity);
            buffer = current;
        }
        return current;
    }

    /** Appends bytes that belong to somebody else: copies them, or retains a slice of them. */
    public void append(ByteBuf bytes, int from, int to) {
        if (to - from < SLICE_FROM) {
            buffer().writeBytes(bytes, from, to - from);
        } else {
            writeBuffer();
            written += to - from;
            channel.write(bytes.retainedSlice(from, to - from), channel.voidPromise());
        }
    }

    /** Whether so much was appended that it should go now, for the other side to have something to do meanwhile. */
    boolean isLarge() {
        ByteBuf current = buffer;
        return current != null && current.readableBytes() >= SLICE_FROM;
    }

    /** Hands what was appended to the channel and flushes it; returns how many bytes went since the last flush. */
    public long flush() {
        writeBuffer();
        if (written == 0) {
            return 0;
        }
        channel.flush();
        long bytes = written;
        written = 0;
        return bytes;
    }

    /** Drops what was appended and not flushed. */
    public void discard() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }

    private void writeBuffer() {
        ByteBuf current = buffer;
        if (current != null) {
            buffer = null;
            int twice = Integer.highestOneBit(Math.max(1, current.readableBytes())) * 2;
            capacity = Math.max(MIN_CAPACITY, Math.min(MAX_CAPACITY, twice));
            written += current.readableBytes();
            channel.write(current, channel.voidPromise());
        }
    }
}
