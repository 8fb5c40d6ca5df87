package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/** The end of a migration task: both sides are removed, and the slots become stable slots of one of them. */
final class MigrationEnd {
    private MigrationEnd() {}

    /** Commit: the slots belong to the destination. */
    static StoredCluster toDestination(StoredCluster cluster, MigratingSlots task) {
        return without(without(cluster, task, SlotRanges.NONE), task.otherSide(), task.rangeList());
    }

    /** Abort: the slots stay with the source. */
    static StoredCluster toSource(StoredCluster cluster, MigratingSlots task) {
        return without(without(cluster, task, task.rangeList()), task.otherSide(), SlotRanges.NONE);
    }

    private static StoredCluster without(StoredCluster cluster, MigratingSlots side, SlotRanges gained) {
        ChunkPart owner = side.owner();
        StoredChunk chunk = cluster.chunks().get(owner.chunk());
        List<MigratingSlots> left = new ArrayList<>(chunk.migratingSlots().get(owner.part()));
        left.remove(side);
        return cluster.withChunk(
                owner.chunk(),
                chunk.withPart(owner.part(), chunk.stable(owner.part()).union(gained), left));
    }
}
