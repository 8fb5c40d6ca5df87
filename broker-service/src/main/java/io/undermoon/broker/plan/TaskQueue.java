package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The queue of a cluster's migration tasks. Planned tasks wait and are started in stored order, up to the migration
 * limit and one per source part. A started task stays started: the decision is stored, so it does not depend on the
 * limits that several brokers are configured with.
 */
final class TaskQueue {
    private TaskQueue() {}

    /** Starts as many tasks as may run; called by every plan that adds or ends tasks. */
    static StoredCluster start(StoredCluster cluster, PlanContext context) {
        Set<ChunkPart> busySources = new HashSet<>();
        List<MigratingSlots> running = cluster.runningTasks();
        running.forEach(task -> busySources.add(task.meta().source()));
        int started = running.size();
        StoredCluster result = cluster;
        for (MigratingSlots task : cluster.tasks()) {
            boolean room = context.migrationLimit() == 0 || started < context.migrationLimit();
            // The source of a task that runs is busy, so this one waits.
            if (room && busySources.add(task.meta().source())) {
                result = started(started(result, task), task.otherSide());
                started++;
            }
        }
        return result;
    }

    private static StoredCluster started(StoredCluster cluster, MigratingSlots side) {
        ChunkPart owner = side.owner();
        StoredChunk chunk = cluster.chunks().get(owner.chunk());
        List<MigratingSlots> tasks = chunk.migratingSlots().get(owner.part()).stream()
                .map(task -> task.equals(side) ? task.started() : task)
                .toList();
        return cluster.withChunk(owner.chunk(), chunk.withPart(owner.part(), chunk.stable(owner.part()), tasks));
    }
}
