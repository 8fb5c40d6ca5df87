package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ChunkStore;
import io.undermoon.broker.state.ClusterStore;
import io.undermoon.broker.state.MetaStore;
import io.undermoon.broker.state.MetaStoreEdit;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.MigrationLimit;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.SlotState;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/** Ends a migration: its slots become stable slots of the destination. */
public final class Commits {
    private Commits() {}

    /**
     * The task is found by its slots and its epoch, whichever side reports it. One that the migration limit does not let run
     * yet cannot have finished, and is not found.
     */
    public static Outcome<Outcome.Done> commit(MetaStore state, Rules rules, MigrationTask reported) {
        Epoch epoch = taskEpoch(reported);
        ClusterStore cluster = Require.cluster(state, reported.clusterName());
        SlotRanges slots = reported.slotRange().rangeList();
        MigratingSlots task = MigrationLimit.shown(cluster, rules.migrationLimit()).stream()
                .filter(shown ->
                        shown.rangeList().equals(slots) && shown.meta().epoch().equals(epoch))
                .findFirst()
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.MIGRATION_TASK_NOT_FOUND,
                        "cluster '" + cluster.name() + "' is not migrating slots " + slots + " since epoch " + epoch));
        MetaStoreEdit edit = state.edit();
        edit.putAtNewEpoch(settle(cluster, task));
        return Outcome.done(edit.done());
    }

    private static Epoch taskEpoch(MigrationTask reported) {
        SlotState tag = reported.slotRange().tag();
        if (tag instanceof SlotState.Migrating migrating) {
            return migrating.meta().epoch();
        }
        if (tag instanceof SlotState.Importing importing) {
            return importing.meta().epoch();
        }
        throw new UndermoonException(
                ErrorCode.INVALID_MIGRATION_TASK,
                "slots " + reported.slotRange().rangeList()
                        + " have the tag \"None\"; a task is Migrating or Importing");
    }

    private static ClusterStore settle(ClusterStore cluster, MigratingSlots task) {
        ChunkPart source = task.meta().source();
        ChunkPart destination = task.meta().destination();
        ChunkStore from = cluster.chunks().get(source.chunk());
        ClusterStore withoutSource = cluster.withChunk(
                source.chunk(),
                from.withPart(source.part(), from.stable(source.part()), without(from, source.part(), task)));
        ChunkStore to = withoutSource.chunks().get(destination.chunk());
        return withoutSource.withChunk(
                destination.chunk(),
                to.withPart(
                        destination.part(),
                        to.stable(destination.part()).union(task.rangeList()),
                        without(to, destination.part(), task.otherSide())));
    }

    private static List<MigratingSlots> without(ChunkStore chunk, int part, MigratingSlots side) {
        List<MigratingSlots> left = new ArrayList<>(chunk.migratingSlots().get(part));
        left.remove(side);
        return left;
    }
}
