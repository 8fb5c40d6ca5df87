package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ClusterName;
import java.util.ArrayList;
import java.util.List;

/** The even distribution of masters after failovers. */
public final class Balancing {
    private Balancing() {}

    /**
     * Gives each half of a chunk one master where that is safe: neither proxy is failed or reported, no migration has
     * the chunk as source or destination, and the replicas that become masters are in sync. Other chunks do not change.
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

    private static boolean canMove(Metadata state, PlanContext context, StoredChunk chunk) {
        return !chunk.takesPartInMigration()
                && Replicas.allow(chunk, RolePosition.NORMAL)
                && chunk.proxyAddresses().stream()
                        .noneMatch(
                                proxy -> state.hasFailed(proxy) || FailureReports.isSuspected(state, context, proxy));
    }
}
