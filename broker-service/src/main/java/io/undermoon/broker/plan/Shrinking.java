package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkStore;
import io.undermoon.broker.state.ClusterStore;
import io.undermoon.broker.state.MetaStore;
import io.undermoon.broker.state.MetaStoreEdit;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;

/**
 * Moves the slots of the last chunks to the first ones, which fill up to an even share one after another. The emptied chunks
 * stay in the cluster until their nodes are deleted.
 */
public final class Shrinking {
    private Shrinking() {}

    /**
     * Plans the moves.
     *
     * @param nodeNumber how many nodes shall keep or get slots
     */
    public static Outcome<Outcome.Done> shrink(MetaStore state, ClusterName name, long nodeNumber) {
        ClusterStore cluster = Require.cluster(state, name);
        if (cluster.lacksStableSlots()) {
            throw new UndermoonException(
                    ErrorCode.FREE_NODE_FOUND,
                    "cluster '" + name + "' has nodes without slots; delete or expand to them first");
        }
        Require.noMigration(cluster);
        Require.nodeNumber(nodeNumber, nodeNumber);
        if (nodeNumber >= cluster.nodeNumber()) {
            throw new UndermoonException(
                    ErrorCode.INVALID_NODE_NUMBER,
                    "cluster '" + name + "' has " + cluster.nodeNumber() + " nodes and cannot shrink to " + nodeNumber);
        }
        MetaStoreEdit edit = state.edit();
        SlotMoves moves = new SlotMoves(cluster, edit.bumpEpoch());
        int staying = (int) nodeNumber / ChunkStore.NODES * ChunkStore.PARTS;
        planMoves(moves, staying, cluster.shardNumber());
        edit.put(moves.done().withEpoch(state.globalEpoch().next()));
        return Outcome.done(edit.done());
    }

    private static void planMoves(SlotMoves moves, int staying, int shards) {
        int target = 0;
        int missing = missing(moves, target, staying);
        for (int source = staying; source < shards; source++) {
            int left = moves.stableOf(source).size();
            while (left > 0) {
                while (missing <= 0) {
                    target++;
                    missing = missing(moves, target, staying);
                }
                int count = Math.min(missing, left);
                moves.moveFirst(source, target, count);
                left -= count;
                missing -= count;
            }
        }
    }

    /** How many slots a staying shard lacks; the last one takes whatever is left. */
    private static int missing(SlotMoves moves, int target, int staying) {
        if (target >= staying - 1) {
            return Integer.MAX_VALUE;
        }
        return SlotShare.of(target, staying) - moves.stableOf(target).size();
    }
}
