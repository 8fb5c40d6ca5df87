package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.route.Endpoint;
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

    private final User user;
    private int count;
    private int slot = NO_SLOT;
    private boolean fromPeer;
    private boolean failed;
    private boolean mayWrite;

    /**
     * @param user who may do what is queued
     */
    Transaction(User user) {
        this.user = user;
    }

    /** Whom the commands were allowed to, by the rules there were then. */
    User user() {
        return user;
    }

    /** How many commands are queued. */
    int count() {
        return count;
    }

    /** The slot of all keys so far, or {@link #NO_SLOT}. */
    int slot() {
        return slot;
    }

    /** Whether a peer sent the commands, so that they are for this proxy's own nodes. */
    boolean fromPeer() {
        return fromPeer;
    }

    void markFromPeer() {
        fromPeer = true;
    }

    /** Whether a command was refused, so that {@code EXEC} has to refuse all. */
    boolean failed() {
        return failed;
    }

    void fail() {
        failed = true;
    }

    /** Whether one of the commands may change data. */
    boolean mayWrite() {
        return mayWrite;
    }

    void noteWrite() {
        mayWrite = true;
    }

    /** Size of what is queued. */
    int bytes() {
        return commands.readableBytes();
    }

    boolean hasRoomFor(CommandFrame frame) {
        return commands.readableBytes() + frame.length() <= MAX_BYTES;
    }

    /**
     * Queues a command.
     *
     * @param commandSlot of its keys, or {@link #NO_SLOT} when it has none
     */
    void add(CommandFrame frame, int commandSlot) {
        frame.writeTo(commands);
        count++;
        if (commandSlot != NO_SLOT) {
            slot = commandSlot;
        }
    }

    /**
     * What is to be sent: {@code MULTI}, the commands, {@code EXEC}; {@code count() + 2} commands. A peer is told to pass none
     * of them on: they have to stay together.
     */
    ByteBuf toBatch(Endpoint node) {
        if (node.kind() == Endpoint.Kind.REDIS) {
            return commands.writeBytes(EXEC);
        }
        ByteBuf batch = Unpooled.buffer().writeBytes(MULTI);
        CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
        commands.skipBytes(MULTI.length);
        while (decoder.decode(commands)) {
            decoder.frame().writeWrapped(batch, "UMFORWARD", 0);
        }
        decoder.close();
        return batch.writeBytes(EXEC);
    }
}
