package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a cluster's migration tasks run at the same time. All tasks are planned at once and wait; they are started in
 * stored order, as many as the migration limit allows, and one per source part. A task that has started stays so: the
 * decision is part of the metadata, so it is the same on every broker whatever the limit configured there.
 */
final class TaskQueue {
    private TaskQueue() {}

    /** The cluster with as many tasks started as may run. To be called by every plan that adds or ends tasks. */
    static StoredCluster start(StoredCluster cluster, PlanContext context) {
        Set<ChunkPart> busySources = new HashSet<>();
        List<MigratingSlots> running = cluster.runningTasks();
        running.forEach(task -> busySources.add(task.meta().source()));
        int started = running.size();
        StoredCluster result = cluster;
        for (MigratingSlots task : cluster.tasks()) {
            boolean room = context.migrationLimit() == 0 || started < context.migrationLimit();
            if (task.waiting() && room && busySources.add(task.meta().source())) {
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
