package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The even distribution of masters after failovers. */
public final class Balancing {
    private Balancing() {}

    /**
     * Gives each half of a chunk one master where that is safe: neither proxy is failed, reported or under maintenance,
     * no migration has the chunk as source or destination, and the replicas that become masters are in sync. Other
     * chunks do not change.
     */
    public static Outcome<Outcome.Done> balanceMasters(Metadata state, PlanContext context, ClusterName name) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        List<StoredChunk> chunks = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            chunks.add(canMove(state, context, chunk) ? chunk.withPosition(RolePosition.NORMAL) : chunk);
        }
        if (chunks.equals(cluster.chunks())) {
            return Outcome.done(state);
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withChunks(chunks));
        return Outcome.done(edit.done());
    }

    /**
     * The chunks of which one half has both masters, and whose masters can be evened out by themselves: as for {@link
     * #balanceMasters}, but the copies have to be known to be in sync, no slots of the cluster move, and nobody wants
     * the masters where they are: neither half is on a draining host.
     */
    public static SortedMap<ClusterName, List<StoredChunk>> quietAndSkewed(Metadata state, PlanContext context) {
        SortedMap<ClusterName, List<StoredChunk>> skewed = new TreeMap<>();
        state.clusters().forEach((name, cluster) -> {
            List<StoredChunk> chunks = cluster.chunks().stream()
                    .filter(chunk -> isQuietAndSkewed(state, context, cluster, chunk))
                    .toList();
            if (!chunks.isEmpty()) {
                skewed.put(name, chunks);
            }
        });
        return skewed;
    }

    /** Gives each half of one chunk one master, if it is still one of {@link #quietAndSkewed}. */
    public static Outcome<Boolean> balanceChunk(
            Metadata state, PlanContext context, ClusterName name, List<ProxyAddress> proxies) {
        StoredCluster cluster = state.clusters().get(name);
        int index = cluster == null ? -1 : cluster.chunkOf(proxies.get(0));
        if (cluster == null || index < 0) {
            return new Outcome<>(state, false);
        }
        StoredChunk chunk = cluster.chunks().get(index);
        if (!chunk.proxyAddresses().equals(proxies) || !isQuietAndSkewed(state, context, cluster, chunk)) {
            return new Outcome<>(state, false);
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withChunk(index, chunk.withPosition(RolePosition.NORMAL)));
        return new Outcome<>(edit.done(), true);
    }

    private static boolean isQuietAndSkewed(
            Metadata state, PlanContext context, StoredCluster cluster, StoredChunk chunk) {
        return chunk.rolePosition() != RolePosition.NORMAL
                && !cluster.runsMigrations()
                && chunk.isSynced(0)
                && chunk.isSynced(1)
                && canMove(state, context, chunk)
                && chunk.hosts().stream().noneMatch(state.drainingHosts()::contains);
    }

    private static boolean canMove(Metadata state, PlanContext context, StoredChunk chunk) {
        return !chunk.takesPartInMigration()
                && Replicas.allow(state, chunk, RolePosition.NORMAL)
                && chunk.proxyAddresses().stream()
                        .noneMatch(proxy -> state.hasFailed(proxy)
                                || FailureReports.isSuspected(state, context, proxy)
                                || Maintenance.isActive(state, context, proxy));
    }
}
