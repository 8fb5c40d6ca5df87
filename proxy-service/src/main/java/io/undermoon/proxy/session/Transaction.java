package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

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
    private @Nullable Endpoint node;
    private @Nullable BitSet readers;
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

    /** Where the slot was served when the commands were queued; absent as long as none has a key. */
    @Nullable
    Endpoint node() {
        return node;
    }

    /** Which commands have values in their replies; absent if none has. */
    @Nullable
    BitSet readers() {
        return readers;
    }

    /** Says that the command that is queued next has values in its reply. */
    void markReader() {
        readers = readers == null ? new BitSet() : readers;
        readers.set(count);
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

    /** Queues a command without keys. */
    void add(CommandFrame frame) {
        frame.writeTo(commands);
        count++;
    }

    /** Queues a command with keys in a slot that a Redis node or a peer serves; a peer must not pass it on. */
    void add(CommandFrame frame, int commandSlot, Endpoint servedBy) {
        if (servedBy.kind() == Endpoint.Kind.PEER) {
            frame.writeWrapped(commands, "UMFORWARD", 0);
        } else {
            frame.writeTo(commands);
        }
        count++;
        slot = commandSlot;
        node = servedBy;
    }

    /** What is to be sent: {@code MULTI}, the commands, {@code EXEC}; {@code count() + 2} commands. */
    ByteBuf toBatch() {
        return commands.writeBytes(EXEC);
    }
}
