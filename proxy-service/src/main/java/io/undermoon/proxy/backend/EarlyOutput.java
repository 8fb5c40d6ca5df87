package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands that wait until a connection is ready. Small ones are copied into one buffer, large ones are retained
 * slices, so that a large command takes no memory twice. Owned by the connection's loop.
 */
final class EarlyOutput {
    private final ByteBufAllocator allocator;
    private final List<ByteBuf> parts = new ArrayList<>(1);

    /** The last part while it can be appended to, else null. */
    private @Nullable ByteBuf last;

    EarlyOutput(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Size in bytes. */
    long size() {
        long size = 0;
        for (ByteBuf part : parts) {
            size += part.readableBytes();
        }
        return size;
    }

    /** The buffer to append small commands to. */
    ByteBuf buffer() {
        ByteBuf current = last;
        if (current == null) {
            current = allocator.buffer();
            last = current;
            parts.add(current);
        }
        return current;
    }

    void append(CommandFrame frame) {
        if (frame.isRewritten() || OutputBatch.isCopied(frame.length())) {
            frame.writeTo(buffer());
        } else {
            parts.add(frame.buffer().retainedSlice(frame.start(), frame.length()));
            last = null;
        }
    }

    /** A place behind all that has been appended, to be written to later. */
    ByteBuf reserve() {
        last = null;
        ByteBuf place = buffer();
        last = null;
        return place;
    }

    /** Has a batch take all, and releases it. */
    void moveTo(OutputBatch batch) {
        for (ByteBuf part : parts) {
            batch.append(part, part.readerIndex(), part.writerIndex());
        }
        release();
    }

    void release() {
        parts.forEach(ByteBuf::release);
        parts.clear();
        last = null;
    }
}
