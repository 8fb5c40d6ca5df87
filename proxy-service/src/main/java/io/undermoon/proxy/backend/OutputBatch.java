package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The output of a channel in one turn of its loop. Small pieces are copied into one buffer, large ones are written as
 * retained slices. Owned by the channel's loop.
 */
public final class OutputBatch {
    /** Size in bytes from which a slice is cheaper than a copy. */
    private static final int SLICE_FROM = 16 * 1024;

    private static final int MIN_CAPACITY = 512;
    private static final int MAX_CAPACITY = 64 * 1024;

    private final Channel channel;
    private @Nullable ByteBuf buffer;
    private long written;

    /**
     * Initial size of the next buffer: what the last turn needed, so that busy connections do not grow it in each turn.
     */
    private int capacity = MIN_CAPACITY;

    public OutputBatch(Channel channel) {
        this.channel = channel;
    }

    /** The buffer to append to; the batch releases it. */
    public ByteBuf buffer() {
        ByteBuf current = buffer;
        if (current == null) {
            current = channel.alloc().directBuffer(capacity);
            buffer = current;
        }
        return current;
    }

    /**
     * Appends bytes of the caller's buffer: copies them, or retains a slice. A slice that may wait for long does not
     * retain a buffer of more than twice its size.
     */
    public void append(ByteBuf bytes, int from, int to) {
        int length = to - from;
        if (isCopied(length) || length < bytes.capacity() / 2 && !channel.isWritable()) {
            buffer().writeBytes(bytes, from, length);
        } else {
            writeBuffer();
            written += length;
            channel.write(bytes.retainedSlice(from, length), channel.voidPromise());
        }
    }

    /** Whether so many bytes are copied; else they are cheaper to send from where they are. */
    static boolean isCopied(int length) {
        return length < SLICE_FROM;
    }

    /** Whether the batch is large enough to be flushed now, so that the node starts to work on it. */
    boolean isLarge() {
        ByteBuf current = buffer;
        return current != null && current.readableBytes() >= SLICE_FROM;
    }

    /** Writes what was appended and flushes the channel; returns the number of bytes since the last flush. */
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

    /** Drops what was appended and not written. */
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
