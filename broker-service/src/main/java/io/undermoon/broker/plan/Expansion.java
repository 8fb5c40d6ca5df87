package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.List;

/** The expansion to shards without slots: every other shard gives its highest slots beyond an even share. */
public final class Expansion {
    private Expansion() {}

    public static Outcome<List<MigratingSlots>> expand(Metadata state, PlanContext context, ClusterName name) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        if (!cluster.lacksStableSlots()) {
            throw new UndermoonException(
                    ErrorCode.SLOTS_ALREADY_EVEN,
                    "all shards of cluster '" + name + "' have slots already; rebalance it if they are uneven");
        }
        Preconditions.requireNoMigration(cluster);
        return level(state, context, cluster);
    }

    /** Gives all shards of a cluster an even share. */
    static Outcome<List<MigratingSlots>> level(Metadata state, PlanContext context, StoredCluster cluster) {
        return SlotMoves.plan(
                state, context, cluster, moves -> Leveling.level(moves, SlotShare.even(moves.shards(), moves.sizes())));
    }
}
