package io.undermoon.broker.observe;

import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one part of a chunk is: whether its slots are served, and whether there is a second copy of its data.
 *
 * @param slots how many it owns; those that move away count until they have moved
 */
record ShardState(
        NodeAddress master,
        ProxyAddress masterProxy,
        NodeAddress replica,
        ProxyAddress replicaProxy,
        int slots,
        Service service,
        Copy copy) {
    /** How long a change of roles may take before it is a problem. */
    private static final long CHANGE_MILLIS = 5000;

    /** Whether commands for the slots are answered. */
    enum Service {
        SERVED,
        /** Its proxy, or the node, does not answer or may not serve. */
        NOT_SERVED,
        /** The proxy does not have the newest roles yet; that takes a moment. */
        CHANGING,
        UNKNOWN
    }

    /** Whether a replica has the data, which may become master then. */
    enum Copy {
        SAFE,
        MISSING,
        UNKNOWN
    }

    static ShardState of(
            Look look, StoredCluster cluster, StoredChunk chunk, int part, Map<NodeAddress, NodeAnswer> nodes) {
        int master = chunk.rolePosition().masterNode(part);
        int replica = RolePosition.replicationPeer(master);
        NodeAddress masterNode = chunk.nodeAddresses().get(master);
        NodeAddress replicaNode = chunk.nodeAddresses().get(replica);
        ProxyAddress masterProxy = chunk.proxyOfNode(master);
        ProxyAddress replicaProxy = chunk.proxyOfNode(replica);
        int leaving = chunk.migratingSlots().get(part).stream()
                .filter(MigratingSlots::isMigrating)
                .mapToInt(task -> task.rangeList().size())
                .sum();
        return new ShardState(
                masterNode,
                masterProxy,
                replicaNode,
                replicaProxy,
                chunk.stable(part).size() + leaving,
                service(look, cluster, masterProxy, nodes.get(masterNode)),
                copy(look, chunk.tracksReplicas() ? chunk.isSynced(part) : null, replicaProxy, nodes.get(replicaNode)));
    }

    private static Service service(Look look, StoredCluster cluster, ProxyAddress proxy, @Nullable NodeAnswer node) {
        Observation seen = look.observer().of(proxy);
        if (look.isOut(proxy)) {
            return Service.NOT_SERVED;
        }
        ProxyAnswer answer = seen.answer();
        if (answer == null) {
            return Service.UNKNOWN;
        }
        boolean isBehind = cluster.epoch().isAfter(answer.epoch());
        if (node == null) {
            return isBehind ? Service.CHANGING : Boolean.TRUE.equals(answer.ready()) ? Service.SERVED : Service.UNKNOWN;
        }
        if (!node.isUp() || !node.isCleared()) {
            return Service.NOT_SERVED;
        }
        if (node.role().equals("master")) {
            return Service.SERVED;
        }
        boolean isNew = look.observer().nowMillis() - seen.epochMillis() < CHANGE_MILLIS;
        return isBehind || isNew ? Service.CHANGING : Service.NOT_SERVED;
    }

    /** @param isSynced what coordinators have reported; absent if they report no replicas of the chunk */
    private static Copy copy(Look look, @Nullable Boolean isSynced, ProxyAddress proxy, @Nullable NodeAnswer node) {
        boolean isLost = look.isOut(proxy)
                || node != null && (!node.isUp() || node.link().equals("down"));
        if (isLost || Boolean.FALSE.equals(isSynced)) {
            return Copy.MISSING;
        }
        boolean isLinked = node != null && node.link().equals("up");
        return isSynced != null && node != null || isLinked ? Copy.SAFE : Copy.UNKNOWN;
    }
}
