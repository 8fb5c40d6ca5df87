package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.slot.Slot;

/**
 * A parser of the arguments of {@code SORT} and {@code SORT_RO} with the rules of Redis Cluster.
 *
 * <p>{@code BY} and {@code GET} name further keys by a pattern in which each element replaces {@code *}. Such keys are
 * allowed if the hash tag of the pattern puts them all in the slot of the sorted key (as in Redis 7.4), and denied
 * otherwise. A pattern without {@code *}, such as {@code #} or {@code nosort}, names no key.
 */
final class SortArguments {
    private static final int FIRST_OPTION = 2;
    /** There is no such argument. */
    static final int NONE = 0;

    private static final int NO_SLOT = -1;

    private SortArguments() {}

    /** The position of the key of {@code STORE}, the last one if there are several, or {@link #NONE}. */
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

    /** The position of the first pattern of {@code BY} or {@code GET} that names keys, or {@link #NONE}. */
    static int pattern(CommandFrame frame) {
        return firstPattern(frame, NO_SLOT);
    }

    /**
     * The first pattern that may name a key of another slot.
     *
     * @return the position of the pattern, which follows its option, or {@link #NONE}
     */
    static int deniedPattern(CommandFrame frame, int slot) {
        return firstPattern(frame, slot);
    }

    /**
     * @param slot the slot whose keys are ignored, or {@link #NO_SLOT}
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
