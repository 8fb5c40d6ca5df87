package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Removes migrations; their slots become stable slots of their sources again. */
public final class Aborts {
    private Aborts() {}

    /**
     * A filter for the migrations of a cluster.
     *
     * @param slots migrations that move any of these slots; empty for all
     * @param epoch migrations of this epoch; empty for any
     */
    public record Selection(Optional<SlotRanges> slots, Optional<Epoch> epoch) {
        public static final Selection ALL = new Selection(Optional.empty(), Optional.empty());

        private boolean has(MigratingSlots task) {
            return slots.map(task.rangeList()::intersects).orElse(true)
                    && epoch.map(task.meta().epoch()::equals).orElse(true);
        }
    }

    /** The selected migrations of a cluster, in the form their sources store. */
    public static List<MigratingSlots> select(StoredCluster cluster, Selection selection) {
        return cluster.tasks().stream().filter(selection::has).toList();
    }

    /** Removes the selected migrations that have not started, which no proxy has received. Returns them. */
    public static Outcome<List<MigratingSlots>> withdrawWaiting(
            Metadata state, PlanContext context, ClusterName name, Selection selection) {
        List<MigratingSlots> waiting = select(Preconditions.requireCluster(state, name), selection).stream()
                .filter(MigratingSlots::waiting)
                .toList();
        return withdraw(state, context, name, waiting);
    }

    /**
     * Removes migrations whose sources have agreed never to switch them. A migration that was committed or restarted
     * meanwhile no longer equals the stored one and is kept. Returns the removed ones.
     */
    public static Outcome<List<MigratingSlots>> withdraw(
            Metadata state, PlanContext context, ClusterName name, Collection<MigratingSlots> agreed) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        List<MigratingSlots> withdrawn = new ArrayList<>(cluster.tasks());
        withdrawn.retainAll(agreed);
        if (withdrawn.isEmpty()) {
            return new Outcome<>(state, List.of());
        }
        StoredCluster without = cluster;
        for (MigratingSlots task : withdrawn) {
            without = MigrationEnd.toSource(without, task);
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(TaskQueue.start(without, context));
        return new Outcome<>(edit.done(), withdrawn);
    }
}
