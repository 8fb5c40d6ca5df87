package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose keys the nodes of a proxy may have: by this the proxy tells keys of its cluster from those of others, which it
 * neither serves nor deletes unless they are known to be of no use.
 *
 * @param installationId the id of the system that the broker belongs to
 * @param clusterId the id of the proxy's cluster, which no other one ever has; absent for a free proxy, and for a
 *     cluster whose nodes are not marked
 * @param pastUses the clusters that the proxy has left, and whose keys at its nodes are of no use to anybody
 * @param openUses the clusters that it has left of which that is not certain: a replica has not got its data yet
 * @param unusable why the nodes cannot be given to a cluster, as the proxy has said; absent if they can
 */
public record Tenancy(
        String installationId,
        @Nullable String clusterId,
        List<PastUse> pastUses,
        List<PastUse> openUses,
        @Nullable String unusable) {
    public Tenancy {
        requireNonNull(installationId, "installation_id");
        pastUses = pastUses == null ? List.of() : List.copyOf(pastUses);
        openUses = openUses == null ? List.of() : List.copyOf(openUses);
    }
}
