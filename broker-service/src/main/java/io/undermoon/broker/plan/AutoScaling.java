package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkStore;
import io.undermoon.broker.state.ClusterStore;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MetaStore;
import io.undermoon.metadata.ClusterName;

/**
 * Brings a cluster to a number of nodes in two steps: {@link #begin} frees unused nodes and adds or empties nodes; when it
 * added some, {@link #expand} moves slots to them once their proxies know that they belong to the cluster.
 */
public final class AutoScaling {
    private AutoScaling() {}

    /** What is left to do after the first step. */
    public enum Next {
        NOTHING,
        /** Wait until the proxies have the cluster's epoch, then {@link #expand}. */
        EXPAND
    }

    public static Outcome<Next> begin(MetaStore state, Rules rules, ClusterName name, long total) {
        ClusterStore cluster = Require.cluster(state, name);
        Require.noMigration(cluster);
        Require.nodeNumber(total, total);
        boolean hasUnused = cluster.chunks().stream().anyMatch(ChunkStore::holdsNothing);
        MetaStore trimmed = hasUnused ? Clusters.deleteFreeNodes(state, name).state() : state;
        int present = Require.cluster(trimmed, name).nodeNumber();
        if (present == total) {
            return new Outcome<>(trimmed, Next.NOTHING);
        }
        if (present > total) {
            return new Outcome<>(Shrinking.shrink(trimmed, name, total).state(), Next.NOTHING);
        }
        return new Outcome<>(Clusters.growTo(trimmed, rules, name, total).state(), Next.EXPAND);
    }

    /** The second step; it does nothing where somebody has expanded the cluster meanwhile. */
    public static Outcome<Outcome.Done> expand(MetaStore state, Rules rules, ClusterName name, long total) {
        ClusterStore cluster = Require.cluster(state, name);
        int withSlots = ClusterView.of(cluster, rules.migrationLimit()).info().nodeNumberWithSlots();
        return withSlots < total && !cluster.runsMigrations() ? Expansion.expand(state, name) : Outcome.done(state);
    }
}
