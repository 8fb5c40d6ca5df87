package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.Set;

/**
 * A specification of the positions of keys in a command: where the search begins, and how keys are found from there.
 * The terms are those of <a href="https://redis.io/docs/latest/develop/reference/key-specs/">Redis's key
 * specifications</a>.
 *
 * <p>Finding keys allocates nothing. Positions are argument numbers; argument 0 is the command's name.
 */
record KeySpec(Set<KeyFlag> flags, Begin begin, Find find) {
    /** The search cannot begin, because a keyword is absent. The spec finds no keys. */
    static final int ABSENT = 0;
    /** The arguments violate the syntax, so the positions of the keys are unknown. */
    static final int MALFORMED = -1;

    KeySpec {
        flags = Set.copyOf(flags);
    }

    /** Whether every command of valid arity has the one key of this spec at the same position. */
    boolean isFixedSingle() {
        return begin.kind == BeginKind.INDEX && find.kind == FindKind.RANGE && find.last == 0;
    }

    /** A spec that finds no keys; the command has a rule of its own. */
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
     * The start of the search.
     *
     * @param position the argument to begin at, or the argument from which a keyword is searched; if negative, counted
     *     from the end and searched backwards
     * @param keyword the keyword in upper case; empty for a fixed position
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
                // No key can follow a keyword in the last argument.
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
     * The rule that finds keys from the start of the search.
     *
     * @param last of a range: the last key, relative to the first, or from the end if negative; of a keynum: the
     *     position of the number of keys, relative to the start
     * @param first of a keynum: the first key, relative to the start; 0 for a range
     * @param step distance from one key to the next
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
