package io.undermoon.broker.plan;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.slot.SlotRanges;
import java.util.Optional;

/** The commit of a migration: its slots become stable slots of the destination. */
public final class Commits {
    private Commits() {}

    /**
     * The task must run with exactly these slots, epoch and addresses; either side may report it. A waiting task
     * cannot have finished, and a task that a failover restarted has to finish again.
     */
    public static Outcome<Outcome.Done> commit(Metadata state, PlanContext context, MigrationTask reported) {
        MigrationMeta meta = reported.slotRange()
                .migration()
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.INVALID_MIGRATION_TASK,
                        "slots " + reported.slotRange().rangeList()
                                + " have the tag \"None\"; a task is Migrating or Importing"));
        StoredCluster cluster = Preconditions.requireCluster(state, reported.clusterName());
        ClusterView view = ClusterView.of(cluster);
        SlotRanges slots = reported.slotRange().rangeList();
        MigratingSlots task = cluster.runningTasks().stream()
                .filter(running -> running.rangeList().equals(slots)
                        && view.task(running).slotRange().migration().equals(Optional.of(meta)))
                .findFirst()
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.MIGRATION_TASK_NOT_FOUND,
                        "cluster '" + cluster.name() + "' is not migrating slots " + slots + " from "
                                + meta.srcNodeAddress() + " to " + meta.dstNodeAddress() + " since epoch "
                                + meta.epoch()));
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(TaskQueue.start(MigrationEnd.toDestination(cluster, task), context));
        return Outcome.done(edit.done());
    }
}
