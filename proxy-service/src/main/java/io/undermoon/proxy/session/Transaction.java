package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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

    /** The commands have passed the limits before. */
    private static final RequestLimits NO_LIMITS = new RequestLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    private final User user;
    private final List<Command> queued = new ArrayList<>();
    private int count;
    private int slot = NO_SLOT;
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

    /**
     * Queues a command.
     *
     * @param commandSlot of its keys, or {@link #NO_SLOT} when it has none
     */
    void add(Command command, CommandFrame frame, int commandSlot) {
        frame.writeTo(commands);
        queued.add(command);
        count++;
        if (commandSlot != NO_SLOT) {
            slot = commandSlot;
        }
    }

    /** What is to be sent to a node: {@code MULTI}, the commands as they came, {@code EXEC}; {@code count() + 2} commands. */
    ByteBuf toBatch() {
        return commands.writeBytes(EXEC);
    }

    /** How a command is written when it is not sent as it came. */
    interface Form {
        /** False when it cannot be sent, and with it nothing. */
        boolean write(Command command, CommandFrame frame, ByteBuf batch);
    }

    /** What is to be sent, each command in this form; null when one cannot be sent. */
    @Nullable
    ByteBuf toBatch(Form form) {
        ByteBuf batch = Unpooled.buffer().writeBytes(MULTI);
        CommandDecoder decoder = new CommandDecoder(NO_LIMITS);
        commands.skipBytes(MULTI.length);
        boolean isWhole = true;
        for (int i = 0; isWhole && decoder.decode(commands); i++) {
            isWhole = form.write(queued.get(i), decoder.frame(), batch);
        }
        decoder.close();
        return isWhole ? batch.writeBytes(EXEC) : null;
    }
}
