package io.undermoon.broker.plan;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Node;
import java.util.ArrayList;
import java.util.List;

/** A lookup of shards by the address of their master or of its proxy. */
final class ShardAddresses {
    private final StoredCluster cluster;
    private final List<Node> nodes;

    ShardAddresses(StoredCluster cluster) {
        this.cluster = cluster;
        this.nodes = ClusterView.of(cluster).cluster().nodes();
    }

    /** The shards whose masters are at an address: one for a node, up to two for a proxy. */
    List<Integer> find(String address) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            boolean named = node.address().value().equals(address)
                    || node.proxyAddress().value().equals(address);
            if (named && node.isMaster()) {
                found.add(ClusterView.shardOfNode(i));
            }
        }
        if (found.isEmpty()) {
            throw unknown(address);
        }
        return found;
    }

    /** The one shard at an address. */
    int findOne(String address) {
        List<Integer> found = find(address);
        if (found.size() > 1) {
            throw refused("proxy '" + address + "' has " + found.size()
                    + " masters; name one of them by the address of its node");
        }
        return found.get(0);
    }

    private UndermoonException unknown(String address) {
        return nodes.stream()
                .filter(node -> node.address().value().equals(address)
                        || node.proxyAddress().value().equals(address))
                .findFirst()
                .map(replica -> refused("'" + address + "' has only replicas now; the master is node '"
                        + replica.repl().peers().get(0).nodeAddress() + "'"))
                .orElseGet(() ->
                        refused("cluster '" + cluster.name() + "' has neither a node nor a proxy '" + address + "'"));
    }

    private static UndermoonException refused(String message) {
        return new UndermoonException(ErrorCode.INVALID_MIGRATION_TASK, message);
    }
}
