package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The planned change of roles in a chunk. The proxies carry it out without the loss of a write, so it is refused where
 * they could not: a half is down, a replica that would become master is not in sync, or slots of the chunk move. Nor
 * does a proxy get a master that is about to be stopped.
 */
public final class Switchover {
    private Switchover() {}

    /** Moves the masters of a proxy to the other half of its chunk; nothing changes if it has none. */
    public static Outcome<Outcome.Done> away(Metadata state, PlanContext context, ProxyAddress address) {
        return away(state, context, address, null, false);
    }

    /**
     * Moves the masters of a proxy to the other half of its chunk; nothing changes if it has none.
     *
     * @param successor who is to get them, and is to be the other half; null for whoever that is
     * @param force also if the proxy has failed, the other half is under maintenance, or slots of the chunk move, whose
     *     migrations begin again then; the replicas have to be in sync all the same
     */
    public static Outcome<Outcome.Done> away(
            Metadata state,
            PlanContext context,
            ProxyAddress address,
            @Nullable ProxyAddress successor,
            boolean force) {
        ProxyResource proxy = Preconditions.requireProxy(state, address);
        if (proxy.cluster() == null) {
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE, "proxy '" + address + "' is in no cluster and has no masters");
        }
        StoredCluster cluster = Preconditions.requireCluster(state, proxy.cluster());
        int index = cluster.chunkOf(address);
        StoredChunk chunk = cluster.chunks().get(index);
        int half = chunk.halfOf(address);
        if (successor != null && chunk.halfOf(successor) != 1 - half) {
            String what = chunk.has(successor) ? "is a spare in the chunk" : "is not the other half of the chunk";
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    "proxy '" + successor + "' " + what + " of '" + address + "' and gets no masters");
        }
        if (half < 0) {
            return Outcome.done(state);
        }
        return moveMasters(state, context, cluster, index, RolePosition.mastersOn(1 - half), force);
    }

    /** Makes a node master, and as few others as possible; nothing changes if it is one. */
    public static Outcome<Outcome.Done> to(Metadata state, PlanContext context, ClusterName name, NodeAddress address) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        for (int index = 0; index < cluster.chunks().size(); index++) {
            StoredChunk chunk = cluster.chunks().get(index);
            int node = chunk.nodeAddresses().indexOf(address);
            if (node >= 0) {
                RolePosition position = Arrays.stream(RolePosition.values())
                        .filter(candidate -> candidate.isMaster(node))
                        .min(Comparator.comparingInt(candidate -> changes(chunk.rolePosition(), candidate)))
                        .orElseThrow();
                return moveMasters(state, context, cluster, index, position, false);
            }
            if (chunk.spares().stream().anyMatch(spare -> spare.nodeAddresses().contains(address))) {
                throw new UndermoonException(
                        ErrorCode.INVALID_REQUEST,
                        "node '" + address + "' is that of a spare, which takes the place of a half that fails and"
                                + " becomes no master before");
            }
        }
        throw new UndermoonException(
                ErrorCode.INVALID_REQUEST, "cluster '" + name + "' has no node '" + address + "' to make master");
    }

    private static int changes(RolePosition before, RolePosition after) {
        int changes = 0;
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            changes += before.masterNode(part) == after.masterNode(part) ? 0 : 1;
        }
        return changes;
    }

    /** Whether the masters of a half can move to the other one now, and there are any. */
    static boolean isPossible(Metadata state, PlanContext context, StoredCluster cluster, StoredChunk chunk, int half) {
        RolePosition position = RolePosition.mastersOn(1 - half);
        return chunk.rolePosition() != position && refusal(state, context, cluster, chunk, position, false) == null;
    }

    private static Outcome<Outcome.Done> moveMasters(
            Metadata state,
            PlanContext context,
            StoredCluster cluster,
            int index,
            RolePosition position,
            boolean force) {
        StoredChunk chunk = cluster.chunks().get(index);
        if (chunk.rolePosition() == position) {
            return Outcome.done(state);
        }
        UndermoonException refusal = refusal(state, context, cluster, chunk, position, force);
        if (refusal != null) {
            throw refusal;
        }
        MetadataEdit edit = state.edit();
        edit.put(Roles.moveMasters(cluster, index, position, edit.bumpEpoch()));
        return Outcome.done(edit.done());
    }

    private static @Nullable UndermoonException refusal(
            Metadata state,
            PlanContext context,
            StoredCluster cluster,
            StoredChunk chunk,
            RolePosition position,
            boolean force) {
        for (ProxyAddress half : chunk.proxyAddresses()) {
            boolean isLeft = force && !chunk.proxyOfNode(position.masterNode(0)).equals(half);
            if (!isLeft && (state.hasFailed(half) || FailureReports.isSuspected(state, context, half))) {
                return new UndermoonException(
                        ErrorCode.NO_AVAILABLE_RESOURCE,
                        "proxy '" + half + "' has failed or is reported; a failover decides about its masters");
            }
        }
        ProxyAddress stopping = successorUnderMaintenance(state, context, chunk, position);
        if (stopping != null && !force) {
            return new UndermoonException(
                    ErrorCode.IN_USE,
                    "proxy '" + stopping + "' is under maintenance and gets no masters; wait, or end that first with"
                            + " DELETE /proxies/maintenance/" + stopping);
        }
        if (chunk.takesPartInMigration() && !force) {
            return new UndermoonException(
                    ErrorCode.MIGRATION_RUNNING,
                    "slots of the chunk of '" + chunk.proxyAddresses().get(0) + "' and '"
                            + chunk.proxyAddresses().get(1) + "' are moving; try again when that is done");
        }
        if (!chunk.tracksReplicas() || !Replicas.allow(state, chunk, position)) {
            return new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    "a replica that would become master is not known to be in sync; GET /clusters/replicas/"
                            + cluster.name() + " shows which");
        }
        return null;
    }

    /** A proxy that would get a master and may be stopped at any time; absent if there is none. */
    private static @Nullable ProxyAddress successorUnderMaintenance(
            Metadata state, PlanContext context, StoredChunk chunk, RolePosition position) {
        for (int part = 0; part < StoredChunk.PARTS; part++) {
            int master = position.masterNode(part);
            ProxyAddress proxy = chunk.proxyOfNode(master);
            if (chunk.rolePosition().masterNode(part) != master && Maintenance.isActive(state, context, proxy)) {
                return proxy;
            }
        }
        return null;
    }
}
