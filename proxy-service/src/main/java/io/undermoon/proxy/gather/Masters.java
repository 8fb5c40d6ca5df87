package io.undermoon.proxy.gather;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The masters of a cluster as one of its proxies sees them: its own as nodes, the others as the proxies in front of
 * them. Lists are in the order of the addresses, so that they are the same on every proxy that knows the same metadata.
 * Immutable.
 */
public final class Masters {
    /**
     * A proxy that serves slots.
     *
     * @param remote how to reach it; null for this proxy
     */
    record Member(ProxyAddress proxy, Target.@Nullable Remote remote) {}

    private final Topology topology;
    private final List<Route.Send> localOwners;
    private final List<Route.Send> allOwners;
    private final List<Route.Send> localNodes;
    private final List<Route.Send> allNodes;
    private final List<Member> members;
    private final int localFingerprint;
    private final int clusterFingerprint;
    private final boolean slotsMove;

    private Masters(Topology topology, ProxyAddress self) {
        this.topology = topology;
        Map<String, Route.Send> owners = new TreeMap<>();
        Map<String, Route.Send> remoteOwners = new TreeMap<>();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Target owner = topology.routes().settledOwner(slot);
            if (owner instanceof Target.Local local) {
                owners.put(local.node().toString(), local);
            } else if (owner instanceof Target.Remote remote) {
                remoteOwners.put(remote.proxy().value(), remote);
            }
        }
        Map<String, Route.Send> nodes = new TreeMap<>(owners);
        topology.cluster().local().keySet().forEach(node -> addNode(node, nodes));
        Map<String, Route.Send> peers = new TreeMap<>(remoteOwners);
        topology.cluster().peers().forEach((peer, slots) -> addPeer(peer, slots, peers));

        localOwners = List.copyOf(owners.values());
        allOwners = concat(owners, remoteOwners);
        localNodes = List.copyOf(nodes.values());
        allNodes = concat(nodes, peers);
        members = members(self, !owners.isEmpty(), remoteOwners);
        localFingerprint = fingerprint(target -> target instanceof Target.Local local ? hash(local.node()) : 0);
        clusterFingerprint = fingerprint(target -> target instanceof Target.Remote remote
                ? hash(remote.proxy())
                : target instanceof Target.Local ? hash(self) : 0);
        slotsMove = topology.cluster().local().values().stream()
                .flatMap(List::stream)
                .anyMatch(slots -> !slots.isStable());
    }

    public static Masters of(Topology topology, ProxyAddress self) {
        return new Masters(topology, self);
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

    /** The nodes and peers that serve slots or are about to: scripts have to be loaded there before. */
    public List<Route.Send> nodes(boolean cluster) {
        return cluster ? allNodes : localNodes;
    }

    /** Whether one node behind this proxy serves all slots. */
    public boolean isOneNode() {
        return allOwners.size() == 1 && localOwners.size() == 1;
    }

    /** Whether slots are on the way to or from a node behind this proxy. */
    public boolean slotsMove() {
        return slotsMove;
    }

    /** The proxies that serve slots. */
    List<Member> members() {
        return members;
    }

    /** A hash of which slots the nodes behind this proxy serve. */
    int localFingerprint() {
        return localFingerprint;
    }

    /** A hash of which proxy serves which slot; the same on every proxy. */
    int clusterFingerprint() {
        return clusterFingerprint;
    }

    private void addNode(NodeAddress node, Map<String, Route.Send> nodes) {
        Endpoint endpoint = endpoint(HostPort.parse(node.value()), Endpoint.Kind.REDIS, 0);
        if (endpoint != null) {
            nodes.putIfAbsent(endpoint.toString(), new Target.Local(endpoint));
        }
    }

    /** A peer without any slots has no masters. */
    private void addPeer(ProxyAddress peer, List<TaggedSlots> slots, Map<String, Route.Send> peers) {
        if (slots.isEmpty() || peers.containsKey(peer.value())) {
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
                    && endpoint.hopsLeft() == hopsLeft
                    && endpoint.address().equals(address)) {
                return endpoint;
            }
        }
        return null;
    }

    private int fingerprint(ToLongFunction<Target> hash) {
        Target before = Target.UNSERVED;
        long hashOfBefore = 0;
        long all = 0;
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Target owner = topology.routes().settledOwner(slot);
            if (owner != before) {
                before = owner;
                hashOfBefore = hash.applyAsLong(owner);
            }
            all = (all + hashOfBefore) * 0x9E3779B97F4A7C15L;
            all ^= all >>> 32;
        }
        return (int) (all & (1 << ScanCursor.FINGERPRINT_BITS) - 1);
    }

    private static long hash(Object address) {
        return address.toString().hashCode();
    }

    private static List<Route.Send> concat(Map<String, Route.Send> local, Map<String, Route.Send> remote) {
        List<Route.Send> all = new ArrayList<>(local.values());
        all.addAll(remote.values());
        return List.copyOf(all);
    }

    private static List<Member> members(ProxyAddress self, boolean isOwner, Map<String, Route.Send> remoteOwners) {
        Map<String, Member> members = new TreeMap<>();
        remoteOwners.forEach((address, target) -> {
            if (target instanceof Target.Remote remote) {
                members.put(address, new Member(remote.proxy(), remote));
            }
        });
        if (isOwner) {
            members.put(self.value(), new Member(self, null));
        }
        return List.copyOf(members.values());
    }
}
