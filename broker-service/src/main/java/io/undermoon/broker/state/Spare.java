package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A hot spare of a chunk: a proxy whose nodes are replicas beside those of the chunk. It is never master, but takes the
 * place of a half that fails.
 *
 * @param host its failure domain
 * @param nodeAddresses per part of the chunk the node that follows its master
 */
@Schema(name = "SpareStore")
public record Spare(ProxyAddress proxyAddress, String host, List<NodeAddress> nodeAddresses) {
    public Spare {
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(host, "host");
        nodeAddresses = List.copyOf(requireNonNull(nodeAddresses, "node_addresses"));
        if (nodeAddresses.size() != StoredChunk.PARTS) {
            throw new IllegalArgumentException(
                    "a spare has " + StoredChunk.PARTS + " nodes, not " + nodeAddresses.size());
        }
    }

    public static Spare of(ProxyResource proxy) {
        return new Spare(proxy.proxyAddress(), proxy.host(), proxy.nodeAddresses());
    }

    public NodeAddress nodeOfPart(int part) {
        return nodeAddresses.get(part);
    }
}
