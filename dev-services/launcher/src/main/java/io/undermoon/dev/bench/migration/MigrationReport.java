package io.undermoon.dev.bench.migration;

import io.undermoon.dev.bench.Machine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of one run, which {@code --json} writes to a file.
 *
 * @param keys on the first node
 * @param moved how many of them were in slots that moved
 */
public record MigrationReport(Machine machine, int keys, int moved, int valueBytes, int clients, List<Move> moves) {
    public MigrationReport {
        moves = List.copyOf(moves);
    }

    /** What the clients did while slots moved. */
    public enum Load {
        /** As many commands as they could. */
        SATURATING,
        /** Nothing. */
        IDLE,
        /** Two fifths of what they could do before. */
        OFFERED
    }

    /**
     * One move.
     *
     * @param megabytesPerSecond of keys and values
     * @param before what clients saw; null where there were none, as with the next two
     */
    public record Move(
            String subject,
            Load load,
            double seconds,
            double megabytesPerSecond,
            @Nullable Phase before,
            @Nullable Phase during,
            @Nullable Phase after) {}
}
