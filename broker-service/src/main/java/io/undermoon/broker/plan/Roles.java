package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes of the roles in a chunk. If that changes the addresses of a migration, the migration and all others that
 * share a part with it restart under the new epoch; otherwise a proxy could mistake the old task for the new one.
 */
final class Roles {
    private Roles() {}

    /**
     * The cluster with one chunk replaced.
     *
     * @param changed the new chunk; it differs only in position or addresses
     * @param epoch the new epoch of the cluster and of the restarted migrations
     */
    static StoredCluster change(StoredCluster cluster, int chunkIndex, StoredChunk changed, Epoch epoch) {
        StoredChunk present = cluster.chunks().get(chunkIndex);
        Set<ChunkPart> movedParts = new HashSet<>();
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            if (!master(present, part).equals(master(changed, part))) {
                movedParts.add(new ChunkPart(chunkIndex, part));
            }
        }
        return restartTasks(cluster.withChunk(chunkIndex, changed), movedParts, epoch)
                .withEpoch(epoch);
    }

    static StoredCluster moveMasters(StoredCluster cluster, int chunkIndex, RolePosition position, Epoch epoch) {
        return change(cluster, chunkIndex, cluster.chunks().get(chunkIndex).withPosition(position), epoch);
    }

    private static NodeAddress master(StoredChunk chunk, int part) {
        return chunk.nodeAddresses().get(chunk.rolePosition().masterNode(part));
    }

    private static StoredCluster restartTasks(StoredCluster cluster, Set<ChunkPart> movedParts, Epoch epoch) {
        Set<ChunkPart> affected = new HashSet<>();
        for (MigratingSlots task : cluster.tasks()) {
            if (touchesAny(task, movedParts)) {
                affected.add(task.meta().source());
                affected.add(task.meta().destination());
            }
        }
        if (affected.isEmpty()) {
            return cluster;
        }
        List<StoredChunk> chunks = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            StoredChunk restarted = chunk;
            for (int part = 0; part < StoredChunk.PARTS; part++) {
                List<MigratingSlots> tasks = chunk.migratingSlots().get(part).stream()
                        .map(task -> touchesAny(task, affected) ? task.restartedAt(epoch) : task)
                        .toList();
                restarted = restarted.withPart(part, chunk.stable(part), tasks);
            }
            chunks.add(restarted);
        }
        return cluster.withChunks(chunks);
    }

    private static boolean touchesAny(MigratingSlots task, Set<ChunkPart> parts) {
        return parts.contains(task.meta().source())
                || parts.contains(task.meta().destination());
    }
}
