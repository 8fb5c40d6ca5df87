package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.frame.CommandFrame;
import java.nio.charset.StandardCharsets;

/**
 * The commands between {@code MULTI} and {@code EXEC}, kept until {@code EXEC} sends them all at once. All keys are in one
 * slot. Owned by the session's loop.
 */
final class Transaction {
    static final int NO_SLOT = -1;

    /** More than this is refused, in bytes. */
    static final int MAX_BYTES = 64 << 20;

    private static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(StandardCharsets.US_ASCII);

    /** On the heap: needs no release when the client leaves. */
    private final ByteBuf commands = Unpooled.buffer().writeBytes(MULTI);

    private int count;
    private int slot = NO_SLOT;
    private boolean failed;

    /** How many commands are queued. */
    int count() {
        return count;
    }

    /** The slot of all keys so far, or {@link #NO_SLOT}. */
    int slot() {
        return slot;
    }

    /** Whether a command was refused, so that {@code EXEC} has to refuse all. */
    boolean failed() {
        return failed;
    }

    void fail() {
        failed = true;
    }

    boolean hasRoomFor(CommandFrame frame) {
        return commands.readableBytes() + frame.length() <= MAX_BYTES;
    }

    /**
     * Queues a command.
     *
     * @param commandSlot of its keys, or {@link #NO_SLOT}
     */
    void add(CommandFrame frame, int commandSlot) {
        frame.writeTo(commands);
        count++;
        if (commandSlot != NO_SLOT) {
            slot = commandSlot;
        }
    }

    /** What is to be sent: {@code MULTI}, the commands, {@code EXEC}; {@code count() + 2} commands. */
    ByteBuf toBatch() {
        return commands.writeBytes(EXEC);
    }
}
