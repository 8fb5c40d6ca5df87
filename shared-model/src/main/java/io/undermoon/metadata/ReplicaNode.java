package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A replica of the cluster, behind any of its proxies, with the slots of its master. An extension of the original's
 * metadata, with which a proxy shows clients the replicas of its peers.
 *
 * @param proxyAddress where the proxy in front of it serves clients as a replica: the replica address of that proxy, or
 *     its only address if it has no other
 */
public record ReplicaNode(NodeAddress nodeAddress, ProxyAddress proxyAddress, List<TaggedSlots> slots) {
    public ReplicaNode {
        requireNonNull(nodeAddress, "node_address");
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(slots, "slots");
        slots = List.copyOf(slots);
    }
}
