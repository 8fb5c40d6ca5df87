package io.undermoon.proxy.gather;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The masters of a cluster as one of its proxies sees them: its own as nodes, the others as the proxies in front of
 * them. For clients that the proxy serves as a replica its own replicas stand for masters. Lists are in the order of
 * the addresses. Immutable.
 */
public final class Masters {
    private final Topology topology;
    private final List<Route.Send> localOwners;
    private final List<Route.Send> allOwners;
    private final List<Route.Send> localNodes;
    private final List<Route.Send> allNodes;
    private final SlotRuns runs;
    private final boolean slotsMove;
    private final Target.@Nullable Remote partner;

    private Masters(Topology topology) {
        this.topology = topology;
        Map<String, Route.Send> owners = new TreeMap<>();
        Map<String, Route.Send> remoteOwners = new TreeMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Target owner = topology.routes().settledOwner(slot);
            if (owner instanceof Target.Local local) {
                owners.put(local.node().toString(), local);
            } else if (owner instanceof Target.Remote remote) {
                remoteOwners.computeIfAbsent(remote.proxy().value(), address -> settled(remote));
            }
        }
        Map<String, Route.Send> nodes = new TreeMap<>(owners);
        if (topology.role() == Role.MASTER) {
            topology.cluster().local().keySet().forEach(node -> addNode(node, nodes));
        }
        topology.nodes().forEach(node -> addNode(node, nodes));
        Map<String, Route.Send> peers = new TreeMap<>(remoteOwners);
        topology.cluster().peers().keySet().forEach(peer -> addPeer(peer, peers));

        partner = nodes.isEmpty() ? partner(topology) : null;
        localOwners = List.copyOf(owners.values());
        allOwners = concat(owners, remoteOwners);
        localNodes = List.copyOf(nodes.values());
        allNodes = concat(nodes, peers);
        runs = SlotRuns.of(topology.routes());
        slotsMove = topology.cluster().local().values().stream()
                .flatMap(List::stream)
                .anyMatch(slots -> !slots.isStable());
    }

    public static Masters of(Topology topology) {
        return new Masters(topology);
    }

    /** The topology that this follows from. */
    public Topology topology() {
        return topology;
    }

    /**
     * The nodes and peers that serve slots.
     *
     * @param cluster whether the nodes of other proxies count
     */
    public List<Route.Send> owners(boolean cluster) {
        return cluster ? allOwners : localOwners;
    }

    /** All masters, with slots or without: before slots come, scripts have to be loaded. */
    public List<Route.Send> nodes(boolean cluster) {
        return cluster ? allNodes : localNodes;
    }

    /**
     * The proxy with the masters of this one's replicas, when there are no masters here, as after a failover: it speaks
     * for the shard.
     */
    Target.@Nullable Remote partner() {
        return partner;
    }

    /** Whether one node behind this proxy serves all slots. */
    public boolean isOneNode() {
        return allOwners.size() == 1 && localOwners.size() == 1;
    }

    /** Whether slots are on the way to or from a node behind this proxy. */
    public boolean slotsMove() {
        return slotsMove;
    }

    /** The slots by their owners. */
    SlotRuns runs() {
        return runs;
    }

    private static Target.@Nullable Remote partner(Topology topology) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (topology.routes().localReplica(slot) != null
                    && topology.routes().settledOwner(slot) instanceof Target.Remote master) {
                return master;
            }
        }
        return null;
    }

    private void addNode(NodeAddress node, Map<String, Route.Send> nodes) {
        Endpoint endpoint = endpoint(HostPort.parse(node.value()), Endpoint.Kind.REDIS, 0);
        if (endpoint != null) {
            nodes.putIfAbsent(endpoint.toString(), new Target.Local(endpoint));
        }
    }

    /** The peer for commands that are not about one slot. */
    private static Target.Remote settled(Target.Remote peer) {
        List<Endpoint> byHopsLeft =
                peer.byHopsLeft().stream().map(Endpoint::base).toList();
        return new Target.Remote(peer.proxy(), byHopsLeft, peer.movedTail(), peer.handedOver());
    }

    private void addPeer(ProxyAddress peer, Map<String, Route.Send> peers) {
        if (peers.containsKey(peer.value())) {
            return;
        }
        List<Endpoint> byHopsLeft = new ArrayList<>();
        for (int hops = 0; hops <= Target.MAX_HOPS_LEFT; hops++) {
            Endpoint endpoint = endpoint(HostPort.parse(peer.value()), Endpoint.Kind.PEER, hops);
            if (endpoint == null) {
                return;
            }
            byHopsLeft.add(endpoint);
        }
        peers.put(peer.value(), new Target.Remote(peer, List.copyOf(byHopsLeft), new byte[0], false));
    }

    private @Nullable Endpoint endpoint(HostPort address, Endpoint.Kind kind, int hopsLeft) {
        for (Endpoint endpoint : topology.endpoints()) {
            if (endpoint.kind() == kind
                    && endpoint.settled() == null
                    && endpoint.hopsLeft() == hopsLeft
                    && endpoint.address().equals(address)) {
                return endpoint;
            }
        }
        return null;
    }

    private static List<Route.Send> concat(Map<String, Route.Send> local, Map<String, Route.Send> remote) {
        List<Route.Send> all = new ArrayList<>(local.values());
        all.addAll(remote.values());
        return List.copyOf(all);
    }
}
