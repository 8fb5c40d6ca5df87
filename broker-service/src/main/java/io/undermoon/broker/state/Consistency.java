package io.undermoon.broker.state;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Checks of the rules between parts of a {@link Metadata} that types cannot express. A dump that breaks one would
 * give a slot two owners, or make a view impossible to compute, so it is refused.
 */
public final class Consistency {
    private static final SlotRanges ALL_SLOTS = new SlotRanges(List.of(SlotRange.between(0, Slot.COUNT - 1)));

    private final Metadata state;
    private final List<String> violations = new ArrayList<>();

    private Consistency(Metadata state) {
        this.state = state;
    }

    /** A message for every broken rule; empty for a consistent value. */
    public static List<String> violations(Metadata state) {
        Consistency check = new Consistency(state);
        check.checkProxies();
        state.clusters().forEach((name, cluster) -> {
            check.require(cluster.name().equals(name), () -> "cluster " + cluster.name() + " is stored under " + name);
            check.require(
                    !cluster.epoch().isAfter(state.globalEpoch()),
                    () -> "cluster " + name + " has epoch " + cluster.epoch() + ", after the global epoch "
                            + state.globalEpoch());
            check.checkTasks(cluster);
            check.checkSlots(cluster);
        });
        return check.violations;
    }

    private void checkProxies() {
        Map<ProxyAddress, StoredCluster> seen = new HashMap<>();
        for (StoredCluster cluster : state.clusters().values()) {
            for (StoredChunk chunk : cluster.chunks()) {
                for (int half = 0; half < StoredChunk.HALVES; half++) {
                    ProxyAddress proxy = chunk.proxyAddresses().get(half);
                    require(seen.put(proxy, cluster) == null, () -> "proxy " + proxy + " is in two chunks");
                    int firstNode = half * ProxyResource.NODES;
                    checkProxy(
                            cluster,
                            proxy,
                            chunk.hosts().get(half),
                            chunk.nodeAddresses().subList(firstNode, firstNode + ProxyResource.NODES));
                }
                for (Spare spare : chunk.spares()) {
                    ProxyAddress proxy = spare.proxyAddress();
                    require(seen.put(proxy, cluster) == null, () -> "proxy " + proxy + " is in two chunks");
                    checkProxy(cluster, proxy, spare.host(), spare.nodeAddresses());
                }
            }
        }
        state.allProxies().forEach((address, resource) -> {
            require(resource.proxyAddress().equals(address), () -> "proxy " + resource + " is stored under " + address);
            require(
                    resource.cluster() == null || seen.containsKey(address),
                    () -> "proxy " + address + " is in no chunk of its cluster " + resource.cluster());
        });
    }

    /** A proxy that has been a spare may have its nodes in the other order: each has stayed with its part. */
    private void checkProxy(StoredCluster cluster, ProxyAddress proxy, String host, List<NodeAddress> nodes) {
        ProxyResource resource = state.allProxies().get(proxy);
        if (resource == null) {
            violations.add("proxy " + proxy + " of cluster " + cluster.name() + " is not registered");
            return;
        }
        boolean same = cluster.name().equals(resource.cluster())
                && host.equals(resource.host())
                && Set.copyOf(nodes).equals(Set.copyOf(resource.nodeAddresses()));
        require(same, () -> "proxy " + proxy + " differs from its chunk in cluster " + cluster.name());
    }

    private void checkTasks(StoredCluster cluster) {
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            for (MigratingSlots side : tasksOf(cluster, part)) {
                Supplier<String> task = () -> "migration of " + side.rangeList() + " in cluster " + cluster.name();
                require(
                        side.owner().equals(part),
                        () -> task.get() + " is stored with " + part + " instead of " + side.owner());
                boolean inside = exists(cluster, side.meta().source())
                        && exists(cluster, side.meta().destination());
                require(inside, () -> task.get() + " refers to a chunk that does not exist");
                require(
                        inside && tasksOf(cluster, side.otherSide().owner()).contains(side.otherSide()),
                        () -> task.get() + " has only one side");
            }
        }
    }

    private void checkSlots(StoredCluster cluster) {
        SlotRanges owned = SlotRanges.NONE;
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            List<SlotRanges> held = new ArrayList<>();
            held.add(cluster.chunks().get(part.chunk()).stable(part.part()));
            tasksOf(cluster, part).stream()
                    .filter(MigratingSlots::isMigrating)
                    .forEach(task -> held.add(task.rangeList()));
            for (SlotRanges slots : held) {
                SlotRanges before = owned;
                require(
                        !before.intersects(slots),
                        () -> "slots " + before.minus(before.minus(slots)) + " of cluster " + cluster.name()
                                + " have two owners");
                owned = before.union(slots);
            }
        }
        SlotRanges missing = ALL_SLOTS.minus(owned);
        require(missing.isEmpty(), () -> "slots " + missing + " of cluster " + cluster.name() + " have no owner");
    }

    private static List<MigratingSlots> tasksOf(StoredCluster cluster, ChunkPart part) {
        return cluster.chunks().get(part.chunk()).migratingSlots().get(part.part());
    }

    private static boolean exists(StoredCluster cluster, ChunkPart part) {
        return part.chunk() >= 0
                && part.chunk() < cluster.chunks().size()
                && part.part() >= 0
                && part.part() < StoredChunk.PARTS;
    }

    /** @param violation in words; most rules are not broken, and there are some for each of a thousand proxies */
    private void require(boolean holds, Supplier<String> violation) {
        if (!holds) {
            violations.add(violation.get());
        }
    }
}
