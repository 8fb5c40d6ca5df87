package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;

/**
 * The input of a client that has not been handled yet. In the steady state that is the buffer of one read, used in
 * place; only an incomplete command is copied, to a {@link GrowingBuffer}: what a client announces takes no memory
 * before it arrives. Owned by the client's loop.
 */
final class SessionInput {
    private final ByteBufAllocator allocator;
    private final CommandDecoder decoder;

    /** Never null; the empty buffer when there is nothing. */
    private ByteBuf unread = Unpooled.EMPTY_BUFFER;

    /** Size of the command that is being handled, as far as it came with the last read; 0 for none. */
    private int presentBytes;

    SessionInput(ByteBufAllocator allocator, RequestLimits limits) {
        this.allocator = allocator;
        this.decoder = new CommandDecoder(limits);
    }

    /** Has new limits on the size of commands apply from the next command on. */
    void limits(RequestLimits limits) {
        decoder.limits(limits);
    }

    int size() {
        return unread.readableBytes();
    }

    /** How much memory the input takes, in bytes. */
    int capacity() {
        return unread.capacity();
    }

    /** Whether the input takes more memory than one read does. */
    boolean isLarge() {
        return unread.capacity() > GrowingBuffer.LARGE;
    }

    /** As {@link #size}, with the command that is being handled: what Redis calls the query buffer. */
    int sizeWithPresent() {
        return presentBytes + unread.readableBytes();
    }

    /** The command last found has been handled. */
    void handled() {
        presentBytes = 0;
    }

    /** How many bytes there will be at least when the command that has begun is complete, as far as it is known. */
    long needed() {
        return (long) unread.readableBytes() + decoder.missingBytes(unread);
    }

    /** Whether a large command has begun of which little has arrived. */
    boolean beginsLarge() {
        return size() <= GrowingBuffer.LARGE && needed() > GrowingBuffer.LARGE;
    }

    /** How many bytes can be added without more memory. */
    int free() {
        return unread.writableBytes();
    }

    /** Adds the buffer of one read, and takes over its release. */
    void add(ByteBuf in) {
        if (unread.isReadable()) {
            makeRoom(in.readableBytes());
            unread.writeBytes(in);
            in.release();
        } else {
            unread.release();
            unread = in;
        }
    }

    /** The position in the input, for {@link #rewind}. */
    int position() {
        return unread.readerIndex();
    }

    /** Finds the next command; false when it is not complete yet. The frame is valid until the input changes. */
    boolean next() {
        int start = unread.readerIndex();
        boolean found = decoder.decode(unread);
        presentBytes = found ? unread.readerIndex() - start : 0;
        return found;
    }

    /** The command that {@link #next} found. */
    CommandFrame frame() {
        return decoder.frame();
    }

    /** Goes back to the start of the command last found, so that it is found again. */
    void rewind(int position) {
        presentBytes = 0;
        unread.readerIndex(position);
    }

    /** Keeps what is left after this read, in about as much memory as it needs. */
    void keep() {
        int left = unread.readableBytes();
        if (left == 0) {
            drop();
        } else if (unread.readerIndex() >= left || left <= GrowingBuffer.LARGE / 2 && left < unread.capacity() / 2) {
            ByteBuf copy = allocator.directBuffer(left);
            copy.writeBytes(unread, unread.readerIndex(), left);
            replace(copy);
        }
    }

    /** What has not been handled. */
    ByteBuf unread() {
        return unread;
    }

    /** Gives what has not been handled away, with its release. */
    ByteBuf take() {
        ByteBuf taken = unread;
        unread = Unpooled.EMPTY_BUFFER;
        return taken;
    }

    /** Drops what is left. */
    void drop() {
        unread.release();
        unread = Unpooled.EMPTY_BUFFER;
    }

    /** Releases all buffers; only the figures may be read after it. */
    void close() {
        drop();
        decoder.close();
    }

    private void makeRoom(int bytes) {
        ByteBuf old = unread;
        int before = old.readerIndex();
        unread = GrowingBuffer.withRoom(allocator, old, bytes, decoder.missingBytes(old));
        if (unread != old) {
            decoder.moved(unread, -before);
        }
    }

    private void replace(ByteBuf copy) {
        int before = unread.readerIndex();
        unread.release();
        unread = copy;
        decoder.moved(copy, -before);
    }
}
