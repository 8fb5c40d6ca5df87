package io.undermoon.broker.rest;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.undermoon.broker.rest.Messages.ClusterReply;
import io.undermoon.broker.rest.Messages.ProxyReply;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.TaggedSlots;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The replies of version 2 of the API that differ from version 3. */
final class ShapeV2 {
    private ShapeV2() {}

    @RegisterForReflection
    record NodeV2(
            NodeAddress address,
            ProxyAddress proxyAddress,
            String clusterName,
            List<TaggedSlots> slots,
            ReplMeta repl) {}

    @RegisterForReflection
    record PeerV2(ProxyAddress proxyAddress, String clusterName, List<TaggedSlots> slots) {}

    @RegisterForReflection
    record ClusterV2(String name, Epoch epoch, List<NodeV2> nodes, ClusterConfig config) {}

    @RegisterForReflection
    record ProxyV2(
            ProxyAddress address,
            Epoch epoch,
            List<NodeV2> nodes,
            List<NodeAddress> freeNodes,
            List<PeerV2> peers,
            Map<String, ClusterConfig> clustersConfig) {}

    @RegisterForReflection
    record ClusterReplyV2(@Nullable ClusterV2 cluster) {}

    @RegisterForReflection
    record ProxyReplyV2(@Nullable ProxyV2 proxy) {}

    static ClusterReplyV2 cluster(ClusterReply reply) {
        Cluster cluster = reply.cluster();
        if (cluster == null) {
            return new ClusterReplyV2(null);
        }
        String name = cluster.name().value();
        return new ClusterReplyV2(new ClusterV2(name, cluster.epoch(), nodes(name, cluster.nodes()), cluster.config()));
    }

    static ProxyReplyV2 proxy(ProxyReply reply) {
        Proxy proxy = reply.proxy();
        if (proxy == null) {
            return new ProxyReplyV2(null);
        }
        return new ProxyReplyV2(
                proxy.clusterName() == null
                        ? free(proxy)
                        : used(proxy, proxy.clusterName().value()));
    }

    static NodeV2 node(String cluster, Node node) {
        return new NodeV2(node.address(), node.proxyAddress(), cluster, node.slots(), node.repl());
    }

    private static ProxyV2 free(Proxy proxy) {
        List<NodeAddress> nodes = proxy.nodes().stream().map(Node::address).toList();
        return new ProxyV2(proxy.address(), proxy.epoch(), List.of(), nodes, List.of(), Map.of());
    }

    private static ProxyV2 used(Proxy proxy, String cluster) {
        ClusterConfig config = proxy.clusterConfig();
        return new ProxyV2(
                proxy.address(),
                proxy.epoch(),
                nodes(cluster, proxy.nodes()),
                List.of(),
                proxy.peers().stream().map(peer -> peer(cluster, peer)).toList(),
                config == null ? Map.of() : Map.of(cluster, config));
    }

    private static List<NodeV2> nodes(String cluster, List<Node> nodes) {
        return nodes.stream().map(node -> node(cluster, node)).toList();
    }

    private static PeerV2 peer(String cluster, PeerProxy peer) {
        return new PeerV2(peer.proxyAddress(), cluster, peer.slots());
    }
}
