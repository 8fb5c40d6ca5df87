package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.List;

/**
 * The move of all slots to the first chunks, in even shares. The emptied chunks stay in the cluster until their nodes
 * are deleted.
 */
public final class Shrinking {
    private Shrinking() {}

    /**
     * Plans the moves.
     *
     * @param nodeNumber the number of nodes with slots afterwards
     */
    public static Outcome<List<MigratingSlots>> shrink(
            Metadata state, PlanContext context, ClusterName name, long nodeNumber) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        if (cluster.lacksStableSlots()) {
            throw new UndermoonException(
                    ErrorCode.FREE_NODE_FOUND,
                    "cluster '" + name + "' has nodes without slots; delete or expand to them first");
        }
        Preconditions.requireNoMigration(cluster);
        Preconditions.requireNodeNumber(nodeNumber, nodeNumber);
        if (nodeNumber >= cluster.nodeNumber()) {
            throw new UndermoonException(
                    ErrorCode.INVALID_NODE_NUMBER,
                    "cluster '" + name + "' has " + cluster.nodeNumber() + " nodes and cannot shrink to " + nodeNumber);
        }
        return vacate(state, context, cluster, nodeNumber);
    }

    /** Moves all slots to the shards of the first nodes, in even shares. */
    static Outcome<List<MigratingSlots>> vacate(
            Metadata state, PlanContext context, StoredCluster cluster, long nodeNumber) {
        int staying = (int) nodeNumber / StoredChunk.NODES * StoredChunk.PARTS;
        return SlotMoves.plan(
                state, context, cluster, moves -> Leveling.level(moves, SlotShare.even(staying, moves.sizes())));
    }
}
