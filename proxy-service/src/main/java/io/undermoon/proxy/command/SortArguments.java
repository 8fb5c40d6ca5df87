package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.slot.Slot;

/**
 * The arguments of {@code SORT} and {@code SORT_RO}, read as Redis Cluster reads them.
 *
 * <p>{@code BY} and {@code GET} name further keys by a pattern in which the elements take the place of {@code *}. Such keys
 * are allowed when the hash tag of the pattern says that they all are in the slot of the sorted key (as Redis 7.4 has it),
 * and denied otherwise. A pattern without {@code *}, such as {@code #} or {@code nosort}, names no key.
 */
final class SortArguments {
    private static final int FIRST_OPTION = 2;
    /** There is no such argument. */
    static final int NONE = 0;

    private static final int NO_SLOT = -1;

    private SortArguments() {}

    /** The argument that is the key of {@code STORE}, the last when there are several, or {@link #NONE}. */
    static int storeKey(CommandFrame frame) {
        int store = NONE;
        int count = frame.argumentCount();
        for (int i = FIRST_OPTION; i < count; i++) {
            if (frame.argumentIs(i, "LIMIT")) {
                i += 2;
            } else if (frame.argumentIs(i, "GET") || frame.argumentIs(i, "BY")) {
                i++;
            } else if (frame.argumentIs(i, "STORE") && i + 1 < count) {
                store = ++i;
            }
        }
        return store;
    }

    /** The first pattern of {@code BY} or {@code GET} that leads to further keys, its option standing before it, or {@link #NONE}. */
    static int pattern(CommandFrame frame) {
        return firstPattern(frame, NO_SLOT);
    }

    /**
     * The first option whose pattern may lead to a key of another slot.
     *
     * @return the argument of the pattern, its option standing before it, or {@link #NONE}
     */
    static int deniedPattern(CommandFrame frame, int slot) {
        return firstPattern(frame, slot);
    }

    /**
     * @param slot whose keys do not count, or {@link #NO_SLOT}
     */
    private static int firstPattern(CommandFrame frame, int slot) {
        int count = frame.argumentCount();
        for (int i = FIRST_OPTION; i < count; i++) {
            if (frame.argumentIs(i, "LIMIT")) {
                i += 2;
            } else if (frame.argumentIs(i, "STORE")) {
                i++;
            } else if ((frame.argumentIs(i, "GET") || frame.argumentIs(i, "BY")) && i + 1 < count) {
                i++;
                if (!staysIn(frame, i, slot)) {
                    return i;
                }
            }
        }
        return NONE;
    }

    private static boolean staysIn(CommandFrame frame, int argument, int slot) {
        ByteBuf buffer = frame.buffer();
        int start = frame.argumentStart(argument);
        int end = start + frame.argumentLength(argument);
        int star = buffer.indexOf(start, end, (byte) '*');
        if (star < 0) {
            return true;
        }
        int open = buffer.indexOf(start, star, (byte) '{');
        int close = open < 0 ? -1 : buffer.indexOf(open + 1, star, (byte) '}');
        return close > open + 1 && Slot.of(buffer, start, star - start) == slot;
    }
}
