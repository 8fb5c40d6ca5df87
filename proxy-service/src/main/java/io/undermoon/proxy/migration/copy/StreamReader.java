package io.undermoon.proxy.migration.copy;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.frame.CommandDecoder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the changed keys in a replication stream. Only the keys of a command matter, not what it does: an expired or
 * evicted key arrives as {@code DEL} or {@code UNLINK}, a script as the commands that it executed. Owned by the
 * migration event loop.
 */
final class StreamReader {
    interface Listener {
        /** A key of the slots may have changed. */
        void changed(byte[] key);

        /** The awaited marker was read: all changes before it have been reported. */
        void markerRead();
    }

    /** The database is unknown until the first {@code SELECT} of the stream. */
    private static final int UNKNOWN = -1;

    private final CommandTable commands;
    private final SlotRanges slots;
    private final Listener listener;
    private final CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
    private final IntConsumer takeKey = this::takeKey;
    private int database = UNKNOWN;
    private byte @Nullable [] marker;

    StreamReader(CommandTable commands, SlotRanges slots, Listener listener) {
        this.commands = commands;
        this.slots = slots;
        this.listener = listener;
    }

    /** Reports a marker, which {@link MigrationRecords#mark} writes, when it is read. */
    void awaitMarker(String expected) {
        marker = expected.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads one command.
     *
     * @return null, or the reason why the changed keys cannot be told
     */
    @Nullable
    String read(ByteBuf command) {
        try {
            if (!decoder.decode(command)) {
                return "the stream of changes has half a command";
            }
        } catch (ProtocolException e) {
            return "the stream of changes cannot be read: " + e.getMessage();
        }
        CommandFrame frame = decoder.frame();
        if (frame.argumentIs(0, "SELECT")) {
            database = Integer.parseInt(frame.argument(1));
            return null;
        }
        if (frame.argumentIs(0, "FLUSHALL") || frame.argumentIs(0, "SWAPDB")) {
            return "all keys of the source were flushed or swapped";
        }
        if (frame.argumentIs(0, "RREPLAY")) {
            return "the source is an active replica of KeyDB, whose changes cannot be followed; "
                    + "set its active-replica to no";
        }
        if (database != 0) {
            findMarker(frame);
        }
        return database > 0 ? null : readKeys(frame);
    }

    private @Nullable String readKeys(CommandFrame frame) {
        Command command = commands.find(frame);
        if (command != null && command.isContainer()) {
            command = command.findSub(frame);
        }
        if (command == null) {
            return "the source executed " + frame.argument(0) + ", of which it is not known what keys it changes";
        }
        if (command.name().equals("flushdb")) {
            return "all keys of the source were flushed";
        }
        return !command.hasKeys() || Keys.forEachKey(command, frame, takeKey)
                ? null
                : "the source executed " + command + " with keys that cannot be found";
    }

    private void takeKey(int argument) {
        CommandFrame frame = decoder.frame();
        int slot = Slot.of(frame.buffer(), frame.argumentStart(argument), frame.argumentLength(argument));
        if (slots.contains(slot)) {
            listener.changed(frame.argumentBytes(argument));
        }
    }

    private void findMarker(CommandFrame frame) {
        byte[] wanted = marker;
        if (wanted == null) {
            return;
        }
        for (int i = 1; i < frame.argumentCount(); i++) {
            if (frame.argumentLength(i) == wanted.length && Arrays.equals(frame.argumentBytes(i), wanted)) {
                marker = null;
                listener.markerRead();
                return;
            }
        }
    }
}
