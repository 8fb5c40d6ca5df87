package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The replication role of a node and its replication peers.
 *
 * @param peers for a node of a cluster its master, or its replicas: first that behind the other half of its chunk,
 *     which may become master, then those behind hot spares; none for a node of a free proxy
 */
public record ReplMeta(Role role, List<ReplPeer> peers) {
    public ReplMeta {
        requireNonNull(role, "role");
        requireNonNull(peers, "peers");
        peers = List.copyOf(peers);
    }
}
