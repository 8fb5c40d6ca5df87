package io.undermoon.broker.observe;

import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a cluster is, slot by slot and copy by copy.
 *
 * @param slotsNotServed whose commands are not answered
 * @param slotsChanging whose master changes just now
 * @param slotsUnknown of which this broker does not know yet
 * @param masters with slots
 * @param mastersWithoutCopy that have the only copy of their data
 * @param mastersUnknown of which it is not known whether there is a copy
 */
public record ClusterHealth(
        int slotsNotServed,
        int slotsChanging,
        int slotsUnknown,
        int masters,
        int mastersWithoutCopy,
        int mastersUnknown) {
    /** Puts together what is known. */
    public static ClusterHealth of(Look look, StoredCluster cluster) {
        int notServed = 0;
        int changing = 0;
        int unknown = 0;
        int masters = 0;
        int withoutCopy = 0;
        int copyUnknown = 0;
        for (ShardState shard : shards(look, cluster)) {
            switch (shard.service()) {
                case NOT_SERVED -> notServed += shard.slots();
                case CHANGING -> changing += shard.slots();
                case UNKNOWN -> unknown += shard.slots();
                case SERVED -> {}
            }
            masters++;
            withoutCopy += shard.copy() == ShardState.Copy.MISSING ? 1 : 0;
            copyUnknown += shard.copy() == ShardState.Copy.UNKNOWN ? 1 : 0;
        }
        return new ClusterHealth(notServed, changing, unknown, masters, withoutCopy, copyUnknown);
    }

    /** The parts that have slots. */
    static List<ShardState> shards(Look look, StoredCluster cluster) {
        Map<NodeAddress, NodeAnswer> nodes = ClusterFigures.nodes(cluster, look.observer());
        List<ShardState> shards = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            for (int part = 0; part < StoredChunk.PARTS; part++) {
                ShardState shard = ShardState.of(look, cluster, chunk, part, nodes);
                if (shard.slots() > 0) {
                    shards.add(shard);
                }
            }
        }
        return shards;
    }
}
