package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.HashSet;
import java.util.Set;

/**
 * Scaling of a cluster to a number of nodes in two steps. {@link #begin} removes unused nodes beyond that number and
 * adds or empties nodes. If nodes without slots remain, {@link #expand} moves slots to them when their proxies have
 * the new epoch. A cluster with that number of nodes, all with slots, does not change, also if the slots are uneven.
 */
public final class AutoScaling {
    private AutoScaling() {}

    /** The step that follows {@link #begin}. */
    public enum Next {
        NOTHING,
        /** Wait until the proxies have the cluster's epoch, then call {@link #expand}. */
        EXPAND
    }

    /** Refuses a number of nodes that the cluster cannot be scaled to, before migrations are aborted for it. */
    public static Outcome<Outcome.Done> check(Metadata state, PlanContext context, ClusterName name, long total) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNodeNumber(total, total);
        int missing = (int) (total - cluster.nodeNumber()) / StoredChunk.NODES;
        if (missing > 0) {
            Allocation.pairs(state, context, missing, cluster.chunks().size() * StoredChunk.HALVES);
        }
        return Outcome.done(state);
    }

    /** Refused while migrations run; they are aborted first, see {@link Aborts}. */
    public static Outcome<Next> begin(Metadata state, PlanContext context, ClusterName name, long total) {
        Preconditions.requireNoMigration(Preconditions.requireCluster(state, name));
        Preconditions.requireNodeNumber(total, total);
        Metadata trimmed = Clusters.trim(state, name, total);
        StoredCluster cluster = Preconditions.requireCluster(trimmed, name);
        if (cluster.nodeNumber() > total) {
            return new Outcome<>(
                    Shrinking.vacate(trimmed, context, cluster, total).state(), Next.NOTHING);
        }
        if (cluster.nodeNumber() < total) {
            return new Outcome<>(Clusters.growTo(trimmed, context, name, total).state(), Next.EXPAND);
        }
        return new Outcome<>(trimmed, cluster.lacksStableSlots() ? Next.EXPAND : Next.NOTHING);
    }

    /**
     * The second step; it does nothing if the cluster was expanded meanwhile.
     *
     * @throws UndermoonException {@code NODE_NUMBER_CHANGING} if the cluster has another number of nodes meanwhile
     */
    public static Outcome<Outcome.Done> expand(Metadata state, PlanContext context, ClusterName name, long total) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        if (cluster.nodeNumber() != total) {
            throw new UndermoonException(
                    ErrorCode.NODE_NUMBER_CHANGING,
                    "cluster '" + name + "' was brought to " + cluster.nodeNumber() + " nodes meanwhile");
        }
        return cluster.lacksStableSlots() && !cluster.runsMigrations()
                ? Outcome.done(Expansion.level(state, context, cluster).state())
                : Outcome.done(state);
    }

    /** Whether the cluster has exactly this many nodes with slots when its migrations are done. */
    public static boolean leadsTo(StoredCluster cluster, long total) {
        Set<Integer> withSlots = new HashSet<>();
        for (int chunk = 0; chunk < cluster.chunks().size(); chunk++) {
            StoredChunk stored = cluster.chunks().get(chunk);
            if (stored.ownsStableSlots(0) || stored.ownsStableSlots(1)) {
                withSlots.add(chunk);
            }
        }
        cluster.tasks().forEach(task -> withSlots.add(task.meta().dstChunkIndex()));
        return (long) withSlots.size() * StoredChunk.NODES == total;
    }
}
