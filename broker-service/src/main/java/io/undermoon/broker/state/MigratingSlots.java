package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.undermoon.metadata.Epoch;
import io.undermoon.slot.SlotRanges;
import org.jspecify.annotations.Nullable;

/**
 * One side of a migration task. A task is stored twice: with its source part, and with its destination part.
 *
 * @param isMigrating true at the source, false at the destination
 * @param waiting whether the task has not started because of the migration limit; no proxy has received it then. Not
 *     written when false, and false when missing: the original decides at each request which tasks run
 */
public record MigratingSlots(
        SlotRanges rangeList,
        boolean isMigrating,
        TaskMeta meta,
        @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean waiting) {
    public MigratingSlots {
        requireNonNull(rangeList, "range_list");
        requireNonNull(meta, "meta");
    }

    @JsonCreator
    static MigratingSlots read(
            @JsonProperty("range_list") SlotRanges rangeList,
            @JsonProperty("is_migrating") boolean isMigrating,
            @JsonProperty("meta") TaskMeta meta,
            @JsonProperty("waiting") @Nullable Boolean waiting) {
        return new MigratingSlots(rangeList, isMigrating, meta, waiting != null && waiting);
    }

    /** A planned task that waits, in the form its source stores. */
    public static MigratingSlots planned(SlotRanges rangeList, TaskMeta meta) {
        return new MigratingSlots(rangeList, true, meta, true);
    }

    /** The same task in the form the other side stores. */
    public MigratingSlots otherSide() {
        return new MigratingSlots(rangeList, !isMigrating, meta, waiting);
    }

    /** The part that stores this side. */
    public ChunkPart owner() {
        return isMigrating ? meta.source() : meta.destination();
    }

    public MigratingSlots started() {
        return new MigratingSlots(rangeList, isMigrating, meta, false);
    }

    public MigratingSlots restartedAt(Epoch epoch) {
        return new MigratingSlots(rangeList, isMigrating, meta.restartedAt(epoch), waiting);
    }
}
