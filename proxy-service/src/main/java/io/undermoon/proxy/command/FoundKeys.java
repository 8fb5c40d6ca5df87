package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of the command in the arguments of {@code COMMAND GETKEYS}. */
record FoundKeys(List<Key> keys) {
    private static final int OUTER_ARGUMENTS = 2;

    /** A key and its flags. */
    @SuppressWarnings("ArrayRecordComponent")
    record Key(byte[] text, Collection<KeyFlag> flags) {}

    /** Finds the keys; null after writing the error of Redis if the inner command has no keys. */
    static @Nullable FoundKeys in(CommandTable table, CommandFrame outer, ByteBuf out) {
        CommandFrame frame = outer.from(OUTER_ARGUMENTS);
        Command command = table.find(frame);
        if (command != null && command.isContainer()) {
            command = command.findSub(frame);
        }
        if (command == null) {
            RespWriter.error(out, "ERR Invalid command specified");
        } else if (!command.hasKeys()) {
            RespWriter.error(out, "ERR The command has no key arguments");
        } else if (!command.arityMatches(frame.argumentCount())) {
            RespWriter.error(out, "ERR Invalid number of arguments specified for command");
        } else {
            List<Key> keys = new ArrayList<>();
            boolean wellFormed = collect(command, frame, keys);
            if (command.has(CommandFlag.NO_MANDATORY_KEYS)) {
                // Like Redis, which takes a wrong number of keys of a script as none.
                return new FoundKeys(wellFormed ? keys : List.of());
            }
            if (wellFormed && !keys.isEmpty()) {
                return new FoundKeys(keys);
            }
            RespWriter.error(out, "ERR Invalid arguments specified for command");
        }
        return null;
    }

    private static boolean collect(Command command, CommandFrame frame, List<Key> keys) {
        if (command.sorts()) {
            return Keys.forEachKey(command, frame, i -> keys.add(new Key(frame.argumentBytes(i), sortFlags(i))));
        }
        for (KeySpec spec : command.keySpecs()) {
            Set<KeyFlag> flags = KeyUse.of(command, spec, frame);
            if (spec.isKey()
                    && !Keys.forEachKey(command, spec, frame, i -> keys.add(new Key(frame.argumentBytes(i), flags)))) {
                return false;
            }
        }
        return true;
    }

    private static Set<KeyFlag> sortFlags(int argument) {
        return argument == 1 ? Set.of(KeyFlag.READ_ONLY, KeyFlag.ACCESS) : Set.of(KeyFlag.OVERWRITE, KeyFlag.UPDATE);
    }
}
