package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/**
 * The size of a cluster and whether it migrates.
 *
 * @param nodeNumber all nodes, replicas included: four per chunk
 * @param nodeNumberWithSlots nodes of shards that own stable slots, two per shard
 */
public record ClusterInfo(ClusterName name, int nodeNumber, int nodeNumberWithSlots, boolean isMigrating) {
    public ClusterInfo {
        requireNonNull(name, "name");
    }
}
