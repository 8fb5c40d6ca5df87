package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/** A migration of slots of a cluster; the tag of the slots has the source and the destination. */
public record MigrationTask(ClusterName clusterName, TaggedSlots slotRange) {
    public MigrationTask {
        requireNonNull(clusterName, "cluster_name");
        requireNonNull(slotRange, "slot_range");
    }
}
