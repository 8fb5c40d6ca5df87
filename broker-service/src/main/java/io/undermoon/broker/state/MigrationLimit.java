package io.undermoon.broker.state;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of a cluster's migration tasks run at the same time. All tasks are stored at once and become visible one after
 * another: a task is shown while fewer than the limit are shown before it and its source part shows none yet. A task that
 * is shown stays shown until it is committed.
 */
public final class MigrationLimit {
    private MigrationLimit() {}

    /**
     * The tasks that are shown, as their sources store them.
     *
     * @param limit 0 for no limit
     */
    public static Set<MigratingSlots> shown(ClusterStore cluster, int limit) {
        List<MigratingSlots> tasks = cluster.tasks();
        if (limit == 0) {
            return Set.copyOf(tasks);
        }
        Set<MigratingSlots> shown = new HashSet<>();
        Set<ChunkPart> busySources = new HashSet<>();
        for (MigratingSlots task : tasks) {
            if (shown.size() < limit && busySources.add(task.meta().source())) {
                shown.add(task);
            }
        }
        return shown;
    }
}
