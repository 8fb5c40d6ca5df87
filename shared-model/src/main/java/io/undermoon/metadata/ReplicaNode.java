package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica of the cluster, behind any of its proxies, with the slots of its master. An extension of the original's
 * metadata, with which a proxy shows clients the replicas of its peers.
 *
 * @param proxyAddress where the proxy in front of it serves clients as a replica: the replica address of that proxy, or
 *     its only address if it has no other
 * @param slots those of its master; no element for ranges without slots
 * @param masterProxyAddress the proxy of its master if that has no slots; null if it has, as it is found by them
 */
public record ReplicaNode(
        NodeAddress nodeAddress,
        ProxyAddress proxyAddress,
        List<TaggedSlots> slots,
        @Nullable ProxyAddress masterProxyAddress) {
    public ReplicaNode {
        requireNonNull(nodeAddress, "node_address");
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(slots, "slots");
        slots = slots.stream()
                .filter(range -> !requireNonNull(range, "slots").rangeList().isEmpty())
                .toList();
    }

    /** A replica of a master with slots. */
    public ReplicaNode(NodeAddress nodeAddress, ProxyAddress proxyAddress, List<TaggedSlots> slots) {
        this(nodeAddress, proxyAddress, slots, null);
    }
}
