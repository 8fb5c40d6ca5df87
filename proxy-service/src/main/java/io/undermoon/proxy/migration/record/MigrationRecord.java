package io.undermoon.proxy.migration.record;

import org.jspecify.annotations.Nullable;

/**
 * What a Redis node has on record about slots that move to or from it: who has them. It lies in the node itself, so it is
 * replicated with the data and survives whatever happens to proxies.
 *
 * <pre>
 * &lt;attempt&gt; copying|owned|given|aborted
 * </pre>
 *
 * @param attempt of the attempt that wrote it
 */
public record MigrationRecord(AttemptId attempt, Status status) {
    public enum Status {
        /** On both sides: the source has the slots, the destination is getting a copy. */
        COPYING,
        /** At the destination: it has the slots. */
        OWNED,
        /** At the source: the destination has the slots; what is left of them here is to be removed. */
        GIVEN,
        /** At the source: the task of this epoch is not to be carried on; the source has the slots. */
        ABORTED;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Reads a record as it lies in Redis; null when there is none.
     *
     * @throws IllegalArgumentException it cannot be read
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
