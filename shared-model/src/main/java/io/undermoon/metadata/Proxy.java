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
 */
public record Proxy(
        @Nullable ClusterName clusterName,
        ProxyAddress address,
        Epoch epoch,
        List<Node> nodes,
        List<PeerProxy> peers,
        List<ReplicaNode> replicas,
        @Nullable ClusterConfig clusterConfig,
        @Nullable ProxyAddress replicaAddress) {

    /** Lists that are missing on the wire ({@code replicas} from an original broker) are empty. */
    public Proxy(
            @Nullable ClusterName clusterName,
            ProxyAddress address,
            Epoch epoch,
            @Nullable List<Node> nodes,
            @Nullable List<PeerProxy> peers,
            @Nullable List<ReplicaNode> replicas,
            @Nullable ClusterConfig clusterConfig,
            @Nullable ProxyAddress replicaAddress) {
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
    }

    public boolean isFree() {
        return clusterName == null;
    }
}
