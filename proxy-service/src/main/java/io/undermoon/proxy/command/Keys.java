package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.slot.Slot;
import java.util.Set;
import java.util.function.IntConsumer;

/** Finds the keys of a command and their slot. The command's arity must have been checked. */
public final class Keys {
    /** The command has no keys although its name takes keys: {@code EVAL … 0}. */
    public static final int NO_KEY = -1;
    /** The keys are in more than one slot. */
    public static final int CROSS_SLOT = -2;
    /** The arguments violate the syntax, so the positions of the keys are unknown: {@code ZUNION x a b}. */
    public static final int MALFORMED = -3;
    /** {@code SORT … BY} with a pattern that may name keys of other slots. */
    public static final int SORT_BY_DENIED = -4;
    /** {@code SORT … GET} with a pattern that may name keys of other slots. */
    public static final int SORT_GET_DENIED = -5;
    /** {@code COPY … DB n} with a database other than 0, which clients have no access to. */
    public static final int COPY_DENIED = -6;

    private Keys() {}

    /**
     * The slot of the keys of a command, or one of the negative constants. Allocates nothing; a command whose only key
     * has a constant position takes a path without a loop.
     */
    public static int slotOf(Command command, CommandFrame frame) {
        int single = command.singleKeyArgument();
        if (single > 0) {
            return single < frame.argumentCount() ? slot(frame, single) : MALFORMED;
        }
        if (command.sorts()) {
            return slotOfSort(command, frame);
        }
        return command.copies() && copiesToDatabase(frame) ? COPY_DENIED : slotOfSpecs(command, frame);
    }

    /**
     * Calls the action with the position of each key, in the order of the key specs. Channels are not keys.
     *
     * @return false if the arguments violate the syntax; the action may have been called before
     */
    public static boolean forEachKey(Command command, CommandFrame frame, IntConsumer action) {
        if (command.sorts()) {
            action.accept(1);
            int store = storeKey(command, frame);
            if (store != SortArguments.NONE) {
                action.accept(store);
            }
            return true;
        }
        for (KeySpec spec : command.keySpecs()) {
            if (spec.isKey() && !forEachKey(command, spec, frame, action)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The first key that a check denies.
     *
     * @return its position; 0 if all are allowed, {@link #MALFORMED} if the positions of the keys are unknown
     */
    public static int firstRefused(Command command, CommandFrame frame, KeyCheck check) {
        if (command.sorts()) {
            int store = storeKey(command, frame);
            if (!check.allows(frame, 1, true, false)) {
                return 1;
            }
            return store == SortArguments.NONE || check.allows(frame, store, false, true) ? 0 : store;
        }
        for (KeySpec spec : command.keySpecs()) {
            int refused = spec.isKey() ? firstRefused(command, spec, frame, check) : 0;
            if (refused != 0) {
                return refused;
            }
        }
        return 0;
    }

    private static int firstRefused(Command command, KeySpec spec, CommandFrame frame, KeyCheck check) {
        int begin = spec.begin().in(frame);
        if (begin == KeySpec.ABSENT) {
            return 0;
        }
        int first = spec.find().first(begin);
        int last = spec.find().last(begin, frame);
        if (isMalformed(command, first, last)) {
            return MALFORMED;
        }
        Set<KeyFlag> flags = KeyUse.of(command, spec, frame);
        boolean reads = flags.contains(KeyFlag.ACCESS);
        boolean writes =
                flags.contains(KeyFlag.INSERT) || flags.contains(KeyFlag.DELETE) || flags.contains(KeyFlag.UPDATE);
        for (int i = first; i <= last; i += spec.find().step()) {
            if (!check.allows(frame, i, reads, writes)) {
                return i;
            }
        }
        return 0;
    }

    /** The position of the pattern of {@code SORT} that names further keys, after its option; 0 if there is none. */
    public static int sortPattern(Command command, CommandFrame frame) {
        return command.sorts() ? SortArguments.pattern(frame) : SortArguments.NONE;
    }

    static boolean forEachKey(Command command, KeySpec spec, CommandFrame frame, IntConsumer action) {
        int begin = spec.begin().in(frame);
        if (begin == KeySpec.ABSENT) {
            return true;
        }
        int first = spec.find().first(begin);
        int last = spec.find().last(begin, frame);
        if (isMalformed(command, first, last)) {
            return false;
        }
        for (int i = first; i <= last; i += spec.find().step()) {
            action.accept(i);
        }
        return true;
    }

    private static int slotOfSpecs(Command command, CommandFrame frame) {
        int slot = NO_KEY;
        for (KeySpec spec : command.keySpecs()) {
            int begin = spec.begin().in(frame);
            if (begin == KeySpec.ABSENT) {
                continue;
            }
            int last = spec.find().last(begin, frame);
            if (last == KeySpec.MALFORMED) {
                return MALFORMED;
            }
            slot = merge(
                    frame, slot, spec.find().first(begin), last, spec.find().step());
            if (slot == CROSS_SLOT) {
                return CROSS_SLOT;
            }
        }
        return slot == NO_KEY && !command.has(CommandFlag.NO_MANDATORY_KEYS) ? MALFORMED : slot;
    }

    /** Whether a spec finds the arguments malformed; no keys are valid only where keys are optional. */
    private static boolean isMalformed(Command command, int first, int last) {
        return last == KeySpec.MALFORMED || (last < first && !command.has(CommandFlag.NO_MANDATORY_KEYS));
    }

    private static int merge(CommandFrame frame, int before, int first, int last, int step) {
        int slot = before;
        for (int i = first; i <= last; i += step) {
            int next = slot(frame, i);
            if (slot != next && slot != NO_KEY) {
                return CROSS_SLOT;
            }
            slot = next;
        }
        return slot;
    }

    private static boolean copiesToDatabase(CommandFrame frame) {
        for (int i = 3; i + 1 < frame.argumentCount(); i++) {
            if (frame.argumentIs(i, "DB")) {
                // What is no number is for the node to refuse.
                return Integers.parse(frame.argument(i + 1)).orElse(0) != 0;
            }
        }
        return false;
    }

    private static int slotOfSort(Command command, CommandFrame frame) {
        int slot = slot(frame, 1);
        int denied = SortArguments.deniedPattern(frame, slot);
        if (denied != SortArguments.NONE) {
            return frame.argumentIs(denied - 1, "BY") ? SORT_BY_DENIED : SORT_GET_DENIED;
        }
        int store = storeKey(command, frame);
        return store == SortArguments.NONE || slot(frame, store) == slot ? slot : CROSS_SLOT;
    }

    private static int storeKey(Command command, CommandFrame frame) {
        return command.has(CommandFlag.WRITE) ? SortArguments.storeKey(frame) : SortArguments.NONE;
    }

    private static int slot(CommandFrame frame, int argument) {
        return Slot.of(frame.buffer(), frame.argumentStart(argument), frame.argumentLength(argument));
    }
}
