package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import io.undermoon.slot.SlotRanges;
import java.util.Optional;

/**
 * Slots of a node together with their state; {@code SlotRange} in the original's documents.
 *
 * @param rangeList the slots, compacted
 * @param tag their state
 */
public record TaggedSlots(SlotRanges rangeList, SlotState tag) {
    public TaggedSlots {
        requireNonNull(rangeList, "range_list");
        requireNonNull(tag, "tag");
    }

    public static TaggedSlots stable(SlotRanges slots) {
        return new TaggedSlots(slots, SlotState.STABLE);
    }

    /** The migration of the slots; empty for stable slots. */
    public Optional<MigrationMeta> migration() {
        if (tag instanceof SlotState.Migrating migrating) {
            return Optional.of(migrating.meta());
        }
        if (tag instanceof SlotState.Importing importing) {
            return Optional.of(importing.meta());
        }
        return Optional.empty();
    }

    public boolean isStable() {
        return tag instanceof SlotState.Stable;
    }

    public boolean isMigrating() {
        return tag instanceof SlotState.Migrating;
    }

    public boolean isImporting() {
        return tag instanceof SlotState.Importing;
    }
}
