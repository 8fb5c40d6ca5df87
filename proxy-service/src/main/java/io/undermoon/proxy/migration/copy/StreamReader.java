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
 * Finds in a stream of changes the keys that changed. What a command did to a key does not matter, only that it may have: a
 * key that expires or is evicted arrives as {@code DEL} or {@code UNLINK}, a script as the commands it executed. Owned by the
 * migration event loop.
 */
final class StreamReader {
    /** Who is told. */
    interface Listener {
        /** A key of the slots may have changed. */
        void changed(byte[] key);

        /** The awaited word has passed: all that was executed before it has been reported. */
        void passed();
    }

    /** In the stream of a master no command says which database it is about before the first {@code SELECT}. */
    private static final int UNKNOWN = -1;

    private final CommandTable commands;
    private final SlotRanges slots;
    private final Listener listener;
    private final CommandDecoder decoder = new CommandDecoder(RequestLimits.DEFAULT);
    private final IntConsumer takeKey = this::takeKey;
    private int database = UNKNOWN;
    private byte @Nullable [] awaited;

    StreamReader(CommandTable commands, SlotRanges slots, Listener listener) {
        this.commands = commands;
        this.slots = slots;
        this.listener = listener;
    }

    /** Has a word looked for that was {@linkplain MigrationRecords#mark left} in the stream. */
    void await(String word) {
        awaited = word.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Takes one command.
     *
     * @return null, or why it cannot be known which keys changed
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
        return database > 0 ? readOther(frame) : readKeys(frame);
    }

    /** A command on a database that clients do not have. */
    private @Nullable String readOther(CommandFrame frame) {
        lookForWord(frame);
        return null;
    }

    private @Nullable String readKeys(CommandFrame frame) {
        if (database == UNKNOWN) {
            lookForWord(frame);
        }
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

    private void lookForWord(CommandFrame frame) {
        byte[] word = awaited;
        if (word == null) {
            return;
        }
        for (int i = 1; i < frame.argumentCount(); i++) {
            if (frame.argumentLength(i) == word.length && Arrays.equals(frame.argumentBytes(i), word)) {
                awaited = null;
                listener.passed();
                return;
            }
        }
    }
}
