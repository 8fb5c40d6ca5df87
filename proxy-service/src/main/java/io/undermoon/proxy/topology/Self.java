package io.undermoon.proxy.topology;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import java.util.Set;

/**
 * This proxy in the metadata.
 *
 * @param address its identity, where clients find its masters
 * @param replicaAddress where clients find its replicas; the same when it has no other address
 * @param nodes the Redis nodes behind it; empty when they are not configured
 */
public record Self(ProxyAddress address, ProxyAddress replicaAddress, Set<NodeAddress> nodes) {
    public Self {
        nodes = Set.copyOf(nodes);
    }

    /** A proxy with one address. */
    public static Self at(ProxyAddress address) {
        return new Self(address, address, Set.of());
    }

    /** Whether a replica of the metadata is behind this proxy; the metadata may have a former address of it. */
    public boolean has(ReplicaNode replica) {
        return nodes.contains(replica.nodeAddress())
                || replica.proxyAddress().equals(address)
                || replica.proxyAddress().equals(replicaAddress);
    }
}
