package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The draining of hosts without loss of a write or of the redundancy of a chunk. Every chunk with a half on a
 * draining host moves its masters to the other half, where that can take over, then gives its slots to a chunk on
 * other hosts, by ordinary migrations, and is removed from its cluster when it is empty. From the request on no chunk
 * is placed on the host.
 *
 * <p>Moving replicas instead would be less safe: a new replica leaves its master without a copy until it has caught
 * up.
 */
public final class HostDrains {
    private HostDrains() {}

    /** Starts draining a host; refused if there are not enough free proxies on other hosts. */
    public static Outcome<Outcome.Done> request(Metadata state, PlanContext context, String host) {
        requireHost(state, host);
        if (state.enableOrderedProxy()) {
            throw new UndermoonException(
                    ErrorCode.ORDERED_PROXY_ENABLED,
                    "with enable_ordered_proxy nothing can take the place of the proxies of a host");
        }
        if (state.drainingHosts().contains(host)) {
            return Outcome.done(state);
        }
        MetadataEdit edit = state.edit();
        edit.startDraining(host);
        Metadata marked = edit.done();
        requireRoom(marked, context);
        return Outcome.done(marked);
    }

    /** Stops draining a host. Migrations that were planned continue unless they are aborted. */
    public static Outcome<Outcome.Done> cancel(Metadata state, String host) {
        requireDraining(state, host);
        MetadataEdit edit = state.edit();
        edit.stopDraining(host);
        return Outcome.done(edit.done());
    }

    /**
     * Plans the next possible step for every draining host; called periodically.
     *
     * @param busy the clusters to skip, because another operation changes their nodes
     * @param removable which emptied chunks may be removed, because clients had time to update their slot tables
     */
    public static Outcome<Outcome.Done> advance(
            Metadata state, PlanContext context, Predicate<ClusterName> busy, Predicate<StoredChunk> removable) {
        Metadata current = state;
        if (!state.drainingHosts().isEmpty()) {
            for (ClusterName name : state.clusters().keySet()) {
                StoredCluster cluster = Preconditions.requireCluster(current, name);
                if (!cluster.runsMigrations() && !busy.test(name)) {
                    Metadata handedOver = mastersMovedAway(current, context, cluster);
                    current = handedOver.equals(current) ? advance(current, context, cluster, removable) : handedOver;
                }
            }
        }
        return Outcome.done(current);
    }

    /** The emptied chunks that are still in their clusters. */
    public static List<StoredChunk> emptied(Metadata state) {
        return state.allChunks()
                .filter(chunk -> chunk.hasNoSlots() && isAffected(state, chunk))
                .toList();
    }

    /**
     * The metadata in which the other halves of the chunks on draining hosts have their masters, where they can take
     * over: from then on the end of such a host costs clients nothing, and its proxies are not the source of
     * migrations.
     */
    private static Metadata mastersMovedAway(Metadata state, PlanContext context, StoredCluster cluster) {
        Metadata current = state;
        for (StoredChunk chunk : cluster.chunks()) {
            for (int half = 0; half < StoredChunk.HALVES; half++) {
                boolean leaves = state.drainingHosts().contains(chunk.hosts().get(half))
                        && !state.drainingHosts().contains(chunk.hosts().get(1 - half));
                if (leaves && !chunk.hasNoSlots() && Switchover.isPossible(current, context, cluster, chunk, half)) {
                    current = Switchover.away(
                                    current, context, chunk.proxyAddresses().get(half))
                            .state();
                }
            }
        }
        return current;
    }

    private static Metadata advance(
            Metadata state, PlanContext context, StoredCluster cluster, Predicate<StoredChunk> removable) {
        List<StoredChunk> removed = emptied(state).stream()
                .filter(chunk -> cluster.chunks().contains(chunk) && removable.test(chunk))
                .toList();
        Metadata current = Clusters.without(state, cluster, removed);
        StoredCluster rest = Preconditions.requireCluster(current, cluster.name());
        List<Integer> leaving = chunksWithSlots(current, rest);
        if (leaving.isEmpty()) {
            return current;
        }
        int missing = leaving.size() - unused(current, rest).size();
        if (missing > 0) {
            if (!hasRoom(current, context, missing)) {
                return current;
            }
            current = Clusters.addNodes(current, context, rest.name(), (long) missing * StoredChunk.NODES)
                    .state();
        }
        return handOver(current, context, Preconditions.requireCluster(current, rest.name()), leaving);
    }

    private static Metadata handOver(
            Metadata state, PlanContext context, StoredCluster cluster, List<Integer> leaving) {
        Deque<Integer> destinations = new ArrayDeque<>(unused(state, cluster));
        return SlotMoves.plan(state, context, cluster, moves -> {
                    for (int chunk : leaving) {
                        int destination = destinations.removeFirst();
                        for (int part = 0; part < StoredChunk.PARTS; part++) {
                            int source = new ChunkPart(chunk, part).shard();
                            SlotRanges slots = moves.stableOf(source);
                            if (!slots.isEmpty()) {
                                moves.move(source, new ChunkPart(destination, part).shard(), slots);
                            }
                        }
                    }
                })
                .state();
    }

    /**
     * The progress of draining a host.
     *
     * @param proxiesInUse the proxies of the host that clusters use
     * @param clusters the clusters of these proxies
     * @param slotsLeft the number of slots in the chunks of these proxies
     */
    public record Progress(List<ProxyAddress> proxiesInUse, Set<ClusterName> clusters, int slotsLeft) {
        public Progress {
            proxiesInUse = List.copyOf(proxiesInUse);
            clusters = Collections.unmodifiableSet(new TreeSet<>(clusters));
        }

        /** Whether the host can be shut down. */
        public boolean isDrained() {
            return proxiesInUse.isEmpty();
        }
    }

    public static Progress progress(Metadata state, String host) {
        requireDraining(state, host);
        List<ProxyAddress> inUse = new ArrayList<>();
        Set<ClusterName> clusters = new TreeSet<>();
        for (ProxyResource proxy : state.allProxies().values()) {
            if (proxy.host().equals(host) && proxy.cluster() != null) {
                inUse.add(proxy.proxyAddress());
                clusters.add(proxy.cluster());
            }
        }
        int slots = state.allChunks()
                .filter(chunk -> chunk.hosts().contains(host))
                .mapToInt(HostDrains::slotsOf)
                .sum();
        return new Progress(inUse, clusters, slots);
    }

    private static int slotsOf(StoredChunk chunk) {
        int leaving = chunk.migratingSlots().stream()
                .flatMap(List::stream)
                .filter(MigratingSlots::isMigrating)
                .mapToInt(task -> task.rangeList().size())
                .sum();
        return chunk.stable(0).size() + chunk.stable(1).size() + leaving;
    }

    private static boolean isAffected(Metadata state, StoredChunk chunk) {
        return chunk.hosts().stream().anyMatch(state.drainingHosts()::contains);
    }

    private static List<Integer> chunksWithSlots(Metadata state, StoredCluster cluster) {
        return indices(cluster, chunk -> !chunk.hasNoSlots() && isAffected(state, chunk));
    }

    /** The chunks without slots that are not on a draining host. */
    private static List<Integer> unused(Metadata state, StoredCluster cluster) {
        return indices(cluster, chunk -> chunk.hasNoSlots() && !isAffected(state, chunk));
    }

    private static List<Integer> indices(StoredCluster cluster, Predicate<StoredChunk> wanted) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < cluster.chunks().size(); i++) {
            if (wanted.test(cluster.chunks().get(i))) {
                indices.add(i);
            }
        }
        return indices;
    }

    /** Refuses a request for which the current free proxies do not suffice. */
    private static void requireRoom(Metadata state, PlanContext context) {
        int missing = 0;
        for (StoredCluster cluster : state.clusters().values()) {
            missing += indices(cluster, chunk -> isAffected(state, chunk) && willHoldSlots(chunk))
                    .size();
        }
        if (missing > 0) {
            Allocation.pairs(state, context, missing, 0);
        }
    }

    /** Whether a chunk has slots that no migration moves away, or is the destination of a migration. */
    private static boolean willHoldSlots(StoredChunk chunk) {
        return chunk.ownsStableSlots(0)
                || chunk.ownsStableSlots(1)
                || chunk.migratingSlots().stream().flatMap(List::stream).anyMatch(side -> !side.isMigrating());
    }

    private static boolean hasRoom(Metadata state, PlanContext context, int chunks) {
        try {
            Allocation.pairs(state, context, chunks, 0);
            return true;
        } catch (UndermoonException e) {
            // Proxies that were free at the request are in use now; the drain waits for others.
            return false;
        }
    }

    private static void requireHost(Metadata state, String host) {
        if (state.allProxies().values().stream().noneMatch(proxy -> proxy.host().equals(host))) {
            throw new UndermoonException(ErrorCode.HOST_NOT_FOUND, "no proxy is registered on host '" + host + "'");
        }
    }

    private static void requireDraining(Metadata state, String host) {
        if (!state.drainingHosts().contains(host)) {
            throw new UndermoonException(ErrorCode.HOST_NOT_FOUND, "host '" + host + "' is not being drained");
        }
    }
}
