package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cluster as clients see it: proxies are masters, and the Redis replicas behind them are replicas.
 *
 * <p>A pure function of the topology. The slots of a master come from the routes, so replies agree with {@code MOVED}
 * redirections; a migrating slot belongs to its source. As clients tell nodes apart by their addresses, the masters
 * behind one proxy are one master, and the replicas behind one proxy are one replica, at the address that the proxy
 * has for them; that is the address of a master, too, if the proxy has only one. A proxy with replicas alone is no
 * master.
 *
 * @param topology the topology of this view
 * @param masters this proxy first, then its peers in the order of the metadata
 * @param replicas in the order of the metadata
 * @param runs the served slots, ascending
 * @param selfAsMaster this proxy, unless it has replicas alone
 * @param selfAsReplica this proxy, if it has replicas
 */
record ClusterView(
        Topology topology,
        List<Master> masters,
        List<Replica> replicas,
        List<Run> runs,
        @Nullable Master selfAsMaster,
        @Nullable Replica selfAsReplica) {
    ClusterView {
        masters = List.copyOf(masters);
        replicas = List.copyOf(replicas);
        runs = List.copyOf(runs);
    }

    /** A proxy and the slots that it serves. */
    record Master(String id, ProxyAddress proxy, SlotRanges slots) {}

    /**
     * The Redis replicas of slots of one proxy that are behind another.
     *
     * @param proxy where the other proxy serves as a replica
     * @param slots the slots whose reads they can serve; none while their master has none or all of them move
     */
    record Replica(String id, List<NodeAddress> nodes, ProxyAddress proxy, SlotRanges slots, Master master) {
        Replica {
            nodes = List.copyOf(nodes);
        }

        Replica with(NodeAddress node, SlotRanges more) {
            List<NodeAddress> all = new ArrayList<>(nodes);
            all.add(node);
            return new Replica(id, all, proxy, slots.union(more), master);
        }
    }

    /** Adjacent slots with the same master and replicas. */
    record Run(SlotRange slots, Master master, List<Replica> replicas) {
        Run {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * @param topology for clients that are served as by a master
     * @param self the address of this proxy
     * @param isOwn whether a replica is behind this proxy
     */
    static ClusterView of(Topology topology, ProxyAddress self, Predicate<ReplicaNode> isOwn) {
        IntFunction<@Nullable ProxyAddress> owners = slot -> owner(topology.routes(), self, slot);
        Map<ProxyAddress, Master> masters = masters(topology, self, owners);
        List<Replica> replicas = replicas(topology, owners, masters);
        Replica selfAsReplica = topology.cluster().replicas().stream()
                .filter(isOwn)
                .map(ReplicaNode::nodeAddress)
                .flatMap(own ->
                        replicas.stream().filter(replica -> replica.nodes().contains(own)))
                .findFirst()
                .orElse(null);
        Master selfAsMaster = masters.get(self);
        if (selfAsReplica != null
                && selfAsMaster != null
                && selfAsMaster.slots().isEmpty()
                && topology.nodes().isEmpty()) {
            masters.remove(self);
            selfAsMaster = null;
        }
        return new ClusterView(
                topology,
                List.copyOf(masters.values()),
                replicas,
                runs(owners, masters, replicas),
                selfAsMaster,
                selfAsReplica);
    }

    /** The id of this proxy in the role in which it serves a client. */
    String selfId(Role role) {
        Replica replica = selfAsReplica(role);
        return replica == null ? Objects.requireNonNull(selfAsMaster).id() : replica.id();
    }

    /** The id of the shard of this proxy, which is that of its master: a shard has one. */
    String selfShardId(Role role) {
        Replica replica = selfAsReplica(role);
        return replica == null
                ? Objects.requireNonNull(selfAsMaster).id()
                : replica.master().id();
    }

    /** This proxy, if it is a replica in the role in which it serves a client. */
    @Nullable
    Replica selfAsReplica(Role role) {
        return role == Role.REPLICA || selfAsMaster == null ? selfAsReplica : null;
    }

    /** Number of served slots. */
    int servedSlots() {
        return masters.stream().mapToInt(master -> master.slots().size()).sum();
    }

    private static @Nullable ProxyAddress owner(RouteTable routes, ProxyAddress self, int slot) {
        Target target = routes.settledOwner(slot);
        if (target instanceof Target.Remote remote) {
            return remote.proxy();
        }
        return target instanceof Target.Local ? self : null;
    }

    private static Map<ProxyAddress, Master> masters(
            Topology topology, ProxyAddress self, IntFunction<@Nullable ProxyAddress> owners) {
        Map<ProxyAddress, List<SlotRange>> slots = new LinkedHashMap<>();
        slots.put(self, new ArrayList<>());
        topology.cluster().peers().keySet().forEach(peer -> slots.putIfAbsent(peer, new ArrayList<>()));
        for (int start = 0; start < Slot.COUNT; ) {
            int end = endOfRun(owners, start, Slot.COUNT);
            ProxyAddress owner = owners.apply(start);
            if (owner != null) {
                slots.computeIfAbsent(owner, proxy -> new ArrayList<>()).add(new SlotRange(start, end));
            }
            start = end + 1;
        }
        Map<ProxyAddress, Master> masters = new LinkedHashMap<>();
        slots.forEach((proxy, ranges) -> masters.put(
                proxy, new Master(NodeId.of(topology.clusterName(), proxy.value()), proxy, new SlotRanges(ranges))));
        return masters;
    }

    private static List<Replica> replicas(
            Topology topology, IntFunction<@Nullable ProxyAddress> owners, Map<ProxyAddress, Master> masters) {
        Map<List<ProxyAddress>, Replica> replicas = new LinkedHashMap<>();
        for (ReplicaNode node : topology.cluster().replicas()) {
            SlotRanges slots = readable(node);
            ProxyAddress owner = proxyOfMaster(node, owners);
            Master master = owner == null ? null : masters.get(owner);
            if (owner != null && master != null) {
                String id = NodeId.of(topology.clusterName(), node.nodeAddress().value());
                replicas.merge(
                        List.of(node.proxyAddress(), owner),
                        new Replica(id, List.of(node.nodeAddress()), node.proxyAddress(), slots, master),
                        (before, added) -> before.with(node.nodeAddress(), slots));
            }
        }
        return List.copyOf(replicas.values());
    }

    /**
     * Where the master is: by the routes, but slots on the move may have arrived at another one already, or not yet at
     * the master.
     */
    private static @Nullable ProxyAddress proxyOfMaster(
            ReplicaNode replica, IntFunction<@Nullable ProxyAddress> owners) {
        for (TaggedSlots slots : replica.slots()) {
            if (slots.tag() instanceof SlotState.Migrating migrating) {
                return migrating.meta().srcProxyAddress();
            }
            if (slots.tag() instanceof SlotState.Importing importing) {
                return importing.meta().dstProxyAddress();
            }
            return owners.apply(slots.rangeList().ranges().get(0).start());
        }
        return replica.masterProxyAddress();
    }

    /** Slots on the move are read from the master only, so clients must not look for them at a replica. */
    private static SlotRanges readable(ReplicaNode node) {
        SlotRanges slots = SlotRanges.NONE;
        for (TaggedSlots tagged : node.slots()) {
            if (tagged.isStable()) {
                slots = slots.union(tagged.rangeList());
            }
        }
        return slots;
    }

    private static List<Run> runs(
            IntFunction<@Nullable ProxyAddress> owners, Map<ProxyAddress, Master> masters, List<Replica> replicas) {
        TreeSet<Integer> cuts = new TreeSet<>();
        cuts.add(Slot.COUNT);
        for (Replica replica : replicas) {
            for (SlotRange range : replica.slots().ranges()) {
                cuts.add(range.start());
                cuts.add(range.end() + 1);
            }
        }
        List<Run> runs = new ArrayList<>();
        for (int start = 0; start < Slot.COUNT; ) {
            int end = endOfRun(owners, start, Objects.requireNonNull(cuts.higher(start)));
            ProxyAddress owner = owners.apply(start);
            if (owner != null) {
                Master master = Objects.requireNonNull(masters.get(owner));
                runs.add(new Run(new SlotRange(start, end), master, readersOf(start, master, replicas)));
            }
            start = end + 1;
        }
        return runs;
    }

    private static List<Replica> readersOf(int slot, Master master, List<Replica> replicas) {
        return replicas.stream()
                .filter(replica -> replica.master() == master && replica.slots().contains(slot))
                .toList();
    }

    /** The last slot before {@code limit} with the same owner as all slots from {@code start}. */
    private static int endOfRun(IntFunction<@Nullable ProxyAddress> owners, int start, int limit) {
        int end = start;
        while (end + 1 < limit && Objects.equals(owners.apply(end + 1), owners.apply(start))) {
            end++;
        }
        return end;
    }
}
