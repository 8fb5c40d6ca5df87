package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A replica of the cluster, behind whichever proxy, with the slots of the master it replicates. The original has no
 * such message; without it a proxy cannot show clients the replicas of its peers.
 */
public record ReplicaNode(NodeAddress nodeAddress, ProxyAddress proxyAddress, List<TaggedSlots> slots) {
    public ReplicaNode {
        requireNonNull(nodeAddress, "node_address");
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(slots, "slots");
        slots = List.copyOf(slots);
    }
}
