package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.Set;

/**
 * Where some of the keys of a command stand: a place to begin at, and a rule that finds keys from there. The terms are
 * those of <a href="https://redis.io/docs/latest/develop/reference/key-specs/">Redis's key specifications</a>.
 *
 * <p>Finding keys allocates nothing. Positions are argument numbers; argument 0 is the command's name.
 */
record KeySpec(Set<KeyFlag> flags, Begin begin, Find find) {
    /** The place to begin at is not there: a keyword that was not given. The spec finds no keys. */
    static final int ABSENT = 0;
    /** The arguments do not follow the syntax, so the places of the keys cannot be known. */
    static final int MALFORMED = -1;

    KeySpec {
        flags = Set.copyOf(flags);
    }

    /** Whether each command that passes its arity check has its one key of this spec at the same place. */
    boolean isFixedSingle() {
        return begin.kind == BeginKind.INDEX && find.kind == FindKind.RANGE && find.last == 0;
    }

    /** Where keys are only told by the command's own rule, not by a spec. */
    boolean isUnknown() {
        return begin.kind == BeginKind.UNKNOWN || find.kind == FindKind.UNKNOWN;
    }

    boolean isKey() {
        return !flags.contains(KeyFlag.NOT_KEY);
    }

    enum BeginKind {
        INDEX,
        KEYWORD,
        UNKNOWN
    }

    /**
     * Where to begin.
     *
     * @param position the argument of an index; the argument a keyword is looked for from, backwards and counted from the
     *     end when negative
     * @param keyword in upper case; empty unless it is one
     */
    record Begin(BeginKind kind, int position, String keyword) {
        /** The argument to begin at, or {@link #ABSENT}. */
        int in(CommandFrame frame) {
            return switch (kind) {
                case INDEX -> position;
                case KEYWORD -> afterKeyword(frame);
                case UNKNOWN -> ABSENT;
            };
        }

        private int afterKeyword(CommandFrame frame) {
            int count = frame.argumentCount();
            if (position >= 0) {
                // A keyword in the last place has nothing after it.
                for (int i = position; i < count - 1; i++) {
                    if (frame.argumentIs(i, keyword)) {
                        return i + 1;
                    }
                }
                return ABSENT;
            }
            for (int i = count + position; i > 0; i--) {
                if (frame.argumentIs(i, keyword)) {
                    return i + 1;
                }
            }
            return ABSENT;
        }
    }

    enum FindKind {
        RANGE,
        KEYNUM,
        UNKNOWN
    }

    /**
     * How keys are found from the place to begin at.
     *
     * @param last of a range: the last key, relative to the first, or from the end when negative; of a keynum: where the
     *     number of keys stands, relative to the place to begin at
     * @param first of a keynum: the first key, relative to the place to begin at; 0 for a range
     * @param step from one key to the next
     * @param limit of a range to the end: only the first 1/limit of the arguments are keys; 0 and 1 mean all
     */
    record Find(FindKind kind, int last, int first, int step, int limit) {
        /** The first key. */
        int first(int begin) {
            return begin + first;
        }

        /** The last key, {@code first - step} when there are none, or {@link #MALFORMED}. */
        int last(int begin, CommandFrame frame) {
            return switch (kind) {
                case RANGE -> lastOfRange(begin, frame.argumentCount());
                case KEYNUM -> lastOfNumber(begin, frame);
                case UNKNOWN -> MALFORMED;
            };
        }

        private int lastOfRange(int begin, int count) {
            int end;
            if (last >= 0) {
                end = begin + last;
            } else if (limit <= 1) {
                end = count + last;
            } else {
                end = begin + (count - begin) / limit + last;
            }
            return end >= count || end < begin ? MALFORMED : end;
        }

        private int lastOfNumber(int begin, CommandFrame frame) {
            int place = begin + last;
            if (place >= frame.argumentCount()) {
                return MALFORMED;
            }
            int number = Numbers.parse(frame, place);
            int from = first(begin);
            if (number < 0 || number > frame.argumentCount()) {
                return MALFORMED;
            }
            int end = from + (number - 1) * step;
            return end >= frame.argumentCount() ? MALFORMED : end;
        }
    }
}
