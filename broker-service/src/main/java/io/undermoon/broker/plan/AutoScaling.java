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
 * Brings a cluster to a number of nodes in two steps: {@link #begin} frees unused nodes beyond that number and adds or
 * empties nodes; when some have no slots then, {@link #expand} moves slots to them once their proxies know that they belong
 * to the cluster. A cluster that has the number of nodes, all with slots, is left alone however uneven it is.
 */
public final class AutoScaling {
    private AutoScaling() {}

    /** What is left to do after the first step. */
    public enum Next {
        NOTHING,
        /** Wait until the proxies have the cluster's epoch, then {@link #expand}. */
        EXPAND
    }

    /** Refuses a number of nodes the cluster could not be brought to, before anything is cancelled for it. */
    public static Outcome<Outcome.Done> check(Metadata state, PlanContext context, ClusterName name, long total) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNodeNumber(total, total);
        int missing = (int) (total - cluster.nodeNumber()) / StoredChunk.NODES;
        if (missing > 0) {
            Allocation.pairs(state, context, missing, cluster.chunks().size() * StoredChunk.HALVES);
        }
        return Outcome.done(state);
    }

    /** Refused while migrations run: they are ended first, see {@link Aborts}. */
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
     * The second step; it does nothing where somebody has expanded the cluster meanwhile.
     *
     * @throws UndermoonException {@code NODE_NUMBER_CHANGING} where somebody has given the cluster another number of nodes
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

    /** Whether the migrations of a cluster bring it to exactly this many nodes with slots. */
    public static boolean leadsTo(StoredCluster cluster, long total) {
        Set<Integer> receivers = new HashSet<>();
        for (int chunk = 0; chunk < cluster.chunks().size(); chunk++) {
            StoredChunk stored = cluster.chunks().get(chunk);
            if (stored.ownsStableSlots(0) || stored.ownsStableSlots(1)) {
                receivers.add(chunk);
            }
        }
        cluster.tasks().forEach(task -> receivers.add(task.meta().dstChunkIndex()));
        return (long) receivers.size() * StoredChunk.NODES == total;
    }
}
