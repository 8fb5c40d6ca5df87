package io.undermoon.proxy.topology;

import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.CompressionStrategy;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.limit.Limits;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of the proxy's cluster and the routes computed from it. An immutable snapshot: a command reads it once
 * and sees one consistent state.
 *
 * @param cluster the last accepted {@code SETCLUSTER}; at start one with epoch 0 and no cluster
 * @param replication the last accepted {@code SETREPL}; at start one with epoch 0 and no nodes
 * @param routes from slots to targets
 * @param endpoints all endpoints of the routes
 * @param compressionKnownSinceNanos the {@link System#nanoTime} since which the proxy knows that there may be
 *     compressed values; meaningless while compression is disabled
 * @param ownership the owner of each tagged range of slots that move to or from nodes behind this proxy
 * @param switched the ranges that move between peers and have arrived at their destination
 * @param role in which the proxy serves clients by this snapshot: as a replica, its replicas are the owners of slots in
 *     the routes
 * @param unproven the nodes behind this proxy that may have keys of others, and are not used
 * @param former the cluster that the proxy belonged to before it was free; null if there is none
 */
public record Topology(
        SetCluster cluster,
        SetRepl replication,
        RouteTable routes,
        Set<Endpoint> endpoints,
        long compressionKnownSinceNanos,
        Map<TaggedSlots, SlotOwnership> ownership,
        Set<TaggedSlots> switched,
        Role role,
        Set<NodeAddress> unproven,
        @Nullable FormerCluster former) {
    public Topology {
        endpoints = Set.copyOf(endpoints);
        ownership = Map.copyOf(ownership);
        switched = Set.copyOf(switched);
        unproven = Set.copyOf(unproven);
    }

    /** The same snapshot for clients that the proxy serves as a replica. */
    Topology forReplicas(RouteTable replicaRoutes) {
        return new Topology(
                cluster,
                replication,
                replicaRoutes,
                endpoints,
                compressionKnownSinceNanos,
                ownership,
                switched,
                Role.REPLICA,
                unproven,
                former);
    }

    /** The Redis nodes behind this proxy that have its role and are proven, also those without slots. */
    public List<NodeAddress> nodes() {
        return replication.entries().stream()
                .filter(entry -> entry.role() == role && !unproven.contains(entry.node()))
                .map(SetRepl.Entry::node)
                .toList();
    }

    /** Which peer owned the slot in the cluster that a free proxy has just left; null if it is not known. */
    public Target.@Nullable Remote formerOwner(int slot) {
        return former == null ? null : former.owner(slot);
    }

    /** The cluster that a free proxy has just left, to whose proxies it sends clients; null if there is none. */
    public @Nullable ClusterName formerCluster() {
        return former == null || former.isOver() ? null : former.name();
    }

    /** The proxies of that cluster which may still be in it. */
    public Set<ProxyAddress> formerPeers() {
        return former == null || former.isOver() ? Set.of() : former.peers();
    }

    /** The same snapshot with other knowledge of the former cluster. */
    Topology withFormer(FormerCluster known) {
        return new Topology(
                cluster,
                replication,
                routes,
                endpoints,
                compressionKnownSinceNanos,
                ownership,
                switched,
                role,
                unproven,
                known);
    }

    /** Whether a peer has slots. */
    public boolean hasSlots(ProxyAddress peer) {
        return !cluster.peers().getOrDefault(peer, List.of()).isEmpty();
    }

    /** The epoch of the cluster's metadata; 0 before the first message. */
    public Epoch epoch() {
        return cluster.epoch();
    }

    /** Which values are compressed. */
    public CompressionStrategy compression() {
        return cluster.config().compressionStrategy();
    }

    /** How many replicas are to have a write before it is acknowledged. */
    public int minReplicaAcks() {
        Integer replicas = cluster.config().minReplicaAcks();
        return replicas == null ? 0 : replicas;
    }

    /** This proxy's share of what the clients of the cluster may use: that of each proxy with masters is the same. */
    public Limits clientLimits() {
        ClusterLimits limits = cluster.config().limits();
        if (limits == null) {
            return Limits.NONE;
        }
        int proxies = cluster.peers().size() + (cluster.local().isEmpty() ? 0 : 1);
        return new Limits(orNone(limits.commands()), orNone(limits.bytes()), orNone(limits.connections()))
                .dividedBy(proxies);
    }

    private static long orNone(@Nullable Long limit) {
        return limit == null ? 0 : limit;
    }

    /** The cluster the proxy belongs to; null while it is free. */
    public @Nullable ClusterName clusterName() {
        return cluster.clusterName();
    }
}
