package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.EnumSet;
import java.util.Set;

/** The flags of a key where they depend on the arguments ({@link KeyFlag#VARIABLE_FLAGS}). */
final class KeyUse {
    private static final Set<KeyFlag> OVERWRITE = EnumSet.of(KeyFlag.OVERWRITE, KeyFlag.UPDATE);
    private static final Set<KeyFlag> READ = EnumSet.of(KeyFlag.READ_ONLY, KeyFlag.ACCESS);
    private static final Set<KeyFlag> READ_AND_WRITE = EnumSet.of(KeyFlag.READ_WRITE, KeyFlag.ACCESS, KeyFlag.UPDATE);

    private KeyUse() {}

    static Set<KeyFlag> of(Command command, KeySpec spec, CommandFrame frame) {
        if (!spec.flags().contains(KeyFlag.VARIABLE_FLAGS)) {
            return spec.flags();
        }
        return switch (command.name()) {
            case "set" -> has(frame, 3, "GET") ? READ_AND_WRITE : OVERWRITE;
            case "bitfield" -> readsOnly(frame) ? READ : READ_AND_WRITE;
            default -> spec.flags();
        };
    }

    private static boolean has(CommandFrame frame, int from, String option) {
        for (int i = from; i < frame.argumentCount(); i++) {
            if (frame.argumentIs(i, option)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a {@code BITFIELD} has only GET. */
    private static boolean readsOnly(CommandFrame frame) {
        return !has(frame, 2, "SET") && !has(frame, 2, "INCRBY");
    }
}
