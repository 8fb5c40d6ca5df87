package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of one proxy.
 *
 * @param clusterName absent for a free proxy
 * @param epoch the cluster's epoch; for a free proxy the global one
 * @param nodes its own two nodes
 * @param peers the other proxies of the cluster that have masters
 * @param replicas every replica of the cluster, its own included
 * @param clusterConfig absent for a free proxy
 * @param replicaAddress where it serves clients as a replica; absent when it has no such port
 * @param tenancy absent, and not written, for a proxy that does not mark its nodes
 */
public record Proxy(
        @Nullable ClusterName clusterName,
        ProxyAddress address,
        Epoch epoch,
        List<Node> nodes,
        List<PeerProxy> peers,
        List<ReplicaNode> replicas,
        @Nullable ClusterConfig clusterConfig,
        @Nullable ProxyAddress replicaAddress,
        @Nullable Tenancy tenancy) {

    /** Lists that are missing on the wire ({@code replicas} from an original broker) are empty. */
    public Proxy(
            @Nullable ClusterName clusterName,
            ProxyAddress address,
            Epoch epoch,
            @Nullable List<Node> nodes,
            @Nullable List<PeerProxy> peers,
            @Nullable List<ReplicaNode> replicas,
            @Nullable ClusterConfig clusterConfig,
            @Nullable ProxyAddress replicaAddress,
            @Nullable Tenancy tenancy) {
        requireNonNull(address, "address");
        requireNonNull(epoch, "epoch");
        this.clusterName = clusterName;
        this.address = address;
        this.epoch = epoch;
        this.nodes = nodes == null ? List.of() : List.copyOf(nodes);
        this.peers = peers == null ? List.of() : List.copyOf(peers);
        this.replicas = replicas == null ? List.of() : List.copyOf(replicas);
        this.clusterConfig = clusterConfig;
        this.replicaAddress = replicaAddress;
        this.tenancy = tenancy;
    }

    /** The metadata of a proxy that does not mark its nodes. */
    public Proxy(
            @Nullable ClusterName clusterName,
            ProxyAddress address,
            Epoch epoch,
            @Nullable List<Node> nodes,
            @Nullable List<PeerProxy> peers,
            @Nullable List<ReplicaNode> replicas,
            @Nullable ClusterConfig clusterConfig,
            @Nullable ProxyAddress replicaAddress) {
        this(clusterName, address, epoch, nodes, peers, replicas, clusterConfig, replicaAddress, null);
    }

    public boolean isFree() {
        return clusterName == null;
    }
}
