package io.undermoon.broker.history;

import java.util.Locale;

/**
 * A request to a broker and what is known of its effect.
 *
 * @param object the proxy that is registered, removed or looked for
 * @param startNanos before it was sent, as {@link System#nanoTime}
 * @param endNanos after its reply; the largest number if there is none
 * @param epoch the global epoch that the change made, or from which it was answered that there is nothing to do; -1 if
 *     there is no reply
 */
record Operation(Kind kind, int object, long startNanos, long endNanos, Result result, long epoch) {
    /** What is asked for. */
    enum Kind {
        ADD,
        REMOVE,
        READ;

        static Kind parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** What was answered. */
    enum Result {
        /** The object was added or removed. */
        DONE,
        /** It is there: a read, or an ADD that is refused. */
        PRESENT,
        /** It is not there: a read, or a REMOVE that is refused. */
        ABSENT,
        /** There was no reply, or one that leaves it open. */
        UNKNOWN,
        /** The broker says that nothing was changed. */
        FAILED
    }

    boolean isChange() {
        return result == Result.DONE;
    }

    boolean hasEpoch() {
        return epoch >= 0;
    }
}
