package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Epoch;
import io.undermoon.slot.SlotRanges;

/**
 * One side of a migration task. A task is stored twice: with its source part, and with its destination part.
 *
 * @param isMigrating true at the source, false at the destination
 */
public record MigratingSlots(SlotRanges rangeList, boolean isMigrating, TaskMeta meta) {
    public MigratingSlots {
        requireNonNull(rangeList, "range_list");
        requireNonNull(meta, "meta");
    }

    /** The same task as its other end stores it. */
    public MigratingSlots otherSide() {
        return new MigratingSlots(rangeList, !isMigrating, meta);
    }

    /** The part that stores this side. */
    public ChunkPart owner() {
        return isMigrating ? meta.source() : meta.destination();
    }

    public MigratingSlots restartedAt(Epoch epoch) {
        return new MigratingSlots(rangeList, isMigrating, meta.restartedAt(epoch));
    }
}
