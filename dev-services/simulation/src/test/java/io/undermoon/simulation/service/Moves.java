package io.undermoon.simulation.service;

import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.MigrationTask;
import java.util.List;

/** What a broker does about moves of slots for others. */
public final class Moves {
    private Moves() {}

    /**
     * Removes a move whose source has agreed never to switch it.
     *
     * @return whether it was still there
     */
    public static boolean withdraw(MetadataWriter writer, MigrationTask task) {
        StoredCluster cluster = writer.state().clusters().get(task.clusterName());
        if (cluster == null) {
            return false;
        }
        List<MigratingSlots> agreed = cluster.runningTasks().stream()
                .filter(running -> ClusterView.of(cluster).task(running).equals(task))
                .toList();
        return !writer.change((state, context) -> Aborts.withdraw(state, context, cluster.name(), agreed))
                .isEmpty();
    }
}
