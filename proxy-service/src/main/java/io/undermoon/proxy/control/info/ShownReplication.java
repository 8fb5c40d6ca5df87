package io.undermoon.proxy.control.info;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.SetRepl;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The replication of the node that a client takes this proxy for: a master with its replicas, or a replica of its
 * master, by the port to which the client connected and by what the proxy has. As in {@code CLUSTER NODES} the Redis
 * nodes behind one proxy count as one, so a master has as many replicas as other proxies have replicas of the masters
 * here.
 *
 * @param others the replicas of a master, or the master of a replica, as the client reaches them
 * @param nodes behind each of the replicas of a master, in the same order; empty for a replica
 */
record ShownReplication(Role role, List<HostPort> others, List<Set<NodeAddress>> nodes) {
    ShownReplication {
        others = List.copyOf(others);
        nodes = List.copyOf(nodes);
    }

    static ShownReplication of(TopologyStore topology, Client client) {
        Topology now = topology.current(client.role());
        Role role = topology.shownRole(client.role());
        Map<NodeAddress, ProxyAddress> replicas = now.cluster().replicas().stream()
                .collect(Collectors.toMap(ReplicaNode::nodeAddress, ReplicaNode::proxyAddress, (one, same) -> one));
        Map<ProxyAddress, Set<NodeAddress>> others = new LinkedHashMap<>();
        now.replication().entries().stream()
                .filter(entry -> entry.role() == role)
                .map(SetRepl.Entry::peers)
                .flatMap(List::stream)
                .forEach(peer -> others.computeIfAbsent(
                                replicas.getOrDefault(peer.nodeAddress(), peer.proxyAddress()),
                                proxy -> new LinkedHashSet<>())
                        .add(peer.nodeAddress()));
        List<HostPort> addresses =
                others.keySet().stream().map(client.ports()::of).toList();
        List<Set<NodeAddress>> behind = role == Role.MASTER ? List.copyOf(others.values()) : List.of();
        return new ShownReplication(role, addresses, behind);
    }
}
