package io.undermoon.proxy.control.cluster;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
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
import org.jspecify.annotations.Nullable;

/**
 * The cluster as clients see it: proxies are masters, and the Redis replicas behind them are replicas.
 *
 * <p>A pure function of the topology. The slots of a master come from the routes, so replies agree with {@code MOVED}
 * redirections; a migrating slot belongs to its source. A replica has the address of the proxy in front of it, which
 * may be the address of a master too. Replicas without readable slots are left out.
 *
 * @param topology the topology of this view
 * @param masters this proxy first, then its peers in the order of the metadata
 * @param replicas in the order of the metadata
 * @param runs the served slots, ascending
 */
record ClusterView(Topology topology, List<Master> masters, List<Replica> replicas, List<Run> runs) {
    ClusterView {
        masters = List.copyOf(masters);
        replicas = List.copyOf(replicas);
        runs = List.copyOf(runs);
    }

    /** A proxy and the slots that it serves. */
    record Master(String id, ProxyAddress proxy, SlotRanges slots) {}

    /**
     * A Redis replica of some of the slots of a proxy.
     *
     * @param proxy the proxy in front of the replica
     * @param slots the slots whose reads it can serve
     */
    record Replica(String id, NodeAddress node, ProxyAddress proxy, SlotRanges slots, Master master) {}

    /** Adjacent slots with the same master and replicas. */
    record Run(SlotRange slots, Master master, List<Replica> replicas) {
        Run {
            replicas = List.copyOf(replicas);
        }
    }

    static ClusterView of(Topology topology, ProxyAddress self) {
        IntFunction<@Nullable ProxyAddress> owners = slot -> owner(topology.routes(), self, slot);
        Map<ProxyAddress, Master> masters = masters(topology, self, owners);
        List<Replica> replicas = replicas(topology, owners, masters);
        return new ClusterView(topology, List.copyOf(masters.values()), replicas, runs(owners, masters, replicas));
    }

    Master self() {
        return masters.get(0);
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
        List<Replica> replicas = new ArrayList<>();
        for (ReplicaNode node : topology.cluster().replicas()) {
            SlotRanges slots = readable(node);
            ProxyAddress owner =
                    slots.isEmpty() ? null : owners.apply(slots.ranges().get(0).start());
            Master master = owner == null ? null : masters.get(owner);
            if (master != null) {
                String id = NodeId.of(topology.clusterName(), node.nodeAddress().value());
                replicas.add(new Replica(id, node.nodeAddress(), node.proxyAddress(), slots, master));
            }
        }
        return replicas;
    }

    private static SlotRanges readable(ReplicaNode node) {
        SlotRanges slots = SlotRanges.NONE;
        for (TaggedSlots tagged : node.slots()) {
            if (!tagged.isImporting()) {
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
                runs.add(new Run(
                        new SlotRange(start, end),
                        Objects.requireNonNull(masters.get(owner)),
                        readersOf(start, replicas)));
            }
            start = end + 1;
        }
        return runs;
    }

    private static List<Replica> readersOf(int slot, List<Replica> replicas) {
        return replicas.stream()
                .filter(replica -> replica.slots().contains(slot))
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
