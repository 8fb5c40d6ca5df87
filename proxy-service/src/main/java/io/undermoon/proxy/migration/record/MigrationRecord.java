package io.undermoon.proxy.migration.record;

import org.jspecify.annotations.Nullable;

/**
 * The record of a slot migration at its source or its destination node, which says who owns the slots. It is stored in
 * the node itself, so it is replicated with the data and outlives the proxies.
 *
 * <pre>
 * &lt;attempt id&gt; copying|owned|given|aborted
 * </pre>
 *
 * @param attempt the attempt that wrote the record
 */
public record MigrationRecord(AttemptId attempt, Status status) {
    public enum Status {
        /** On both sides: the source owns the slots, the destination receives a copy. */
        COPYING,
        /** At the destination: it owns the slots. */
        OWNED,
        /** At the source: the destination owns the slots; the source's keys are to be deleted. */
        GIVEN,
        /** At the source: it owns the slots, and the task of this epoch must not continue. */
        ABORTED;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Parses the text form; null for no text.
     *
     * @throws IllegalArgumentException if the text is not a record
     */
    static @Nullable MigrationRecord parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        int blank = text.indexOf(' ');
        for (Status status : Status.values()) {
            if (blank > 0 && text.substring(blank + 1).equals(status.word)) {
                return new MigrationRecord(AttemptId.parse(text.substring(0, blank)), status);
            }
        }
        throw new IllegalArgumentException("record '" + text + "' is not <attempt id> copying|owned|given|aborted");
    }

    public MigrationRecord with(Status next) {
        return new MigrationRecord(attempt, next);
    }

    public boolean is(Status wanted) {
        return status == wanted;
    }

    @Override
    public String toString() {
        return attempt + " " + status.word;
    }
}
