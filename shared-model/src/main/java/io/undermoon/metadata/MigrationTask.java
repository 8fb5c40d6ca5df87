package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/** One running or finished migration: the slots of a cluster that move, tagged with where from and where to. */
public record MigrationTask(ClusterName clusterName, TaggedSlots slotRange) {
    public MigrationTask {
        requireNonNull(clusterName, "cluster_name");
        requireNonNull(slotRange, "slot_range");
    }
}
