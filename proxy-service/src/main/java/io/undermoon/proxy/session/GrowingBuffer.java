package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/**
 * Makes room in buffers that grow with what arrives, of which the final size is unknown or only announced. A small
 * buffer is copied to one of twice its size; a large one gets blocks added, so nothing is copied again and at most a
 * block is unused.
 */
final class GrowingBuffer {
    /** Size in bytes from which a buffer consists of blocks. */
    static final int LARGE = 64 * 1024;

    private static final int MAX_BLOCK = 1 << 20;

    private GrowingBuffer() {}

    /**
     * Returns a buffer with the readable bytes of another one and room for more, which takes the other one's place: it
     * may be the same, and else the other one is released, and the reader index is 0.
     *
     * @param bytes how many can be written at least
     * @param expected how many will be written in all, as far as it is known
     */
    static ByteBuf withRoom(ByteBufAllocator allocator, ByteBuf buffer, int bytes, long expected) {
        if (buffer.writableBytes() >= bytes) {
            return buffer;
        }
        int size = buffer.readableBytes();
        if ((long) size + bytes <= LARGE) {
            long wanted = size + Math.max(bytes, Math.min(expected, (long) size + bytes));
            ByteBuf copy = allocator.directBuffer((int) Math.min(wanted, LARGE));
            copy.writeBytes(buffer);
            buffer.release();
            return copy;
        }
        CompositeByteBuf blocks = buffer instanceof CompositeByteBuf same ? same : blocks(allocator, buffer);
        while (blocks.writableBytes() < bytes) {
            int missing = bytes - blocks.writableBytes();
            long wanted = Math.max(missing, Math.min(expected - blocks.writableBytes(), blocks.readableBytes()));
            int length = (int) Math.max(LARGE, Math.min(wanted, MAX_BLOCK));
            ByteBuf block = allocator.directBuffer(length, length);
            blocks.addComponent(false, block.writerIndex(length));
        }
        return blocks;
    }

    private static CompositeByteBuf blocks(ByteBufAllocator allocator, ByteBuf first) {
        CompositeByteBuf blocks = allocator.compositeDirectBuffer(Integer.MAX_VALUE);
        if (first.isReadable()) {
            return blocks.addComponent(true, first);
        }
        first.release();
        return blocks;
    }
}
