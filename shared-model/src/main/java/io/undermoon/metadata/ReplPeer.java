package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/** The other end of a replication link: a master's replica, or a replica's master. */
public record ReplPeer(NodeAddress nodeAddress, ProxyAddress proxyAddress) {
    public ReplPeer {
        requireNonNull(nodeAddress, "node_address");
        requireNonNull(proxyAddress, "proxy_address");
    }
}
