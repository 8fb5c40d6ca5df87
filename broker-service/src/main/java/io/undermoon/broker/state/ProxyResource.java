package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A registered proxy.
 *
 * @param nodeAddresses its two Redis nodes
 * @param host its failure domain
 * @param index its position in ordered mode, 0 otherwise
 * @param cluster the cluster that uses it, absent for a free proxy
 * @param replicaAddress where it serves clients as a replica; absent, and not written, when only its one address is
 *     known
 */
public record ProxyResource(
        ProxyAddress proxyAddress,
        List<NodeAddress> nodeAddresses,
        String host,
        long index,
        @Nullable ClusterName cluster,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ProxyAddress replicaAddress) {
    public static final int NODES = 2;

    public ProxyResource {
        requireNonNull(proxyAddress, "proxy_address");
        requireNonNull(nodeAddresses, "node_addresses");
        requireNonNull(host, "host");
        nodeAddresses = List.copyOf(nodeAddresses);
        if (nodeAddresses.size() != NODES) {
            throw new IllegalArgumentException("a proxy has " + NODES + " nodes, not " + nodeAddresses.size());
        }
    }

    public ProxyResource assignedTo(@Nullable ClusterName newCluster) {
        return new ProxyResource(proxyAddress, nodeAddresses, host, index, newCluster, replicaAddress);
    }

    public ProxyResource servingReplicasAt(@Nullable ProxyAddress newReplicaAddress) {
        return new ProxyResource(proxyAddress, nodeAddresses, host, index, cluster, newReplicaAddress);
    }
}
