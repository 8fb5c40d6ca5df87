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
 * Empties hosts without losing a write or the redundancy of a chunk: every chunk with a half on such a host hands its slots,
 * by ordinary migrations, to a chunk on other hosts, and leaves its cluster when it is empty. Nothing new is placed on the
 * host from the request on.
 *
 * <p>Roles and replicas are not moved instead: a switch of roles may lose writes that have not been replicated yet, and a
 * replaced replica leaves its master alone until it has caught up.
 */
public final class HostDrains {
    private HostDrains() {}

    /** Marks a host, provided that there are proxies to take the place of its own. */
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

    /** Forgets that a host is being emptied. What moves already goes on moving unless it is aborted. */
    public static Outcome<Outcome.Done> cancel(Metadata state, String host) {
        requireDraining(state, host);
        MetadataEdit edit = state.edit();
        edit.stopDraining(host);
        return Outcome.done(edit.done());
    }

    /**
     * Does for all such hosts what has become possible. To be called now and then.
     *
     * @param busy the clusters to leave alone, because somebody else is about to change their nodes
     * @param forgotten which emptied chunks may leave their cluster: clients have learned to do without them
     */
    public static Outcome<Outcome.Done> advance(
            Metadata state, PlanContext context, Predicate<ClusterName> busy, Predicate<StoredChunk> removable) {
        Metadata current = state;
        if (!state.drainingHosts().isEmpty()) {
            for (ClusterName name : state.clusters().keySet()) {
                StoredCluster cluster = Preconditions.requireCluster(current, name);
                if (!cluster.runsMigrations() && !busy.test(name)) {
                    current = advance(current, context, cluster, removable);
                }
            }
        }
        return Outcome.done(current);
    }

    /** The chunks that have been emptied and still are in their clusters. */
    public static List<StoredChunk> emptied(Metadata state) {
        return state.allChunks()
                .filter(chunk -> chunk.hasNoSlots() && isAffected(state, chunk))
                .toList();
    }

    private static Metadata advance(
            Metadata state, PlanContext context, StoredCluster cluster, Predicate<StoredChunk> removable) {
        List<StoredChunk> superfluous = emptied(state).stream()
                .filter(chunk -> cluster.chunks().contains(chunk) && removable.test(chunk))
                .toList();
        Metadata current = Clusters.without(state, cluster, superfluous);
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
        Deque<Integer> heirs = new ArrayDeque<>(unused(state, cluster));
        return SlotMoves.plan(state, context, cluster, moves -> {
                    for (int chunk : leaving) {
                        int heir = heirs.removeFirst();
                        for (int part = 0; part < StoredChunk.PARTS; part++) {
                            int source = new ChunkPart(chunk, part).shard();
                            SlotRanges slots = moves.stableOf(source);
                            if (!slots.isEmpty()) {
                                moves.move(source, new ChunkPart(heir, part).shard(), slots);
                            }
                        }
                    }
                })
                .state();
    }

    /**
     * What is left to do on a host.
     *
     * @param proxiesInUse its proxies that clusters use
     * @param clusters these clusters
     * @param slotsLeft the slots of the chunks that the proxies are in
     */
    public record Progress(List<ProxyAddress> proxiesInUse, Set<ClusterName> clusters, int slotsLeft) {
        public Progress {
            proxiesInUse = List.copyOf(proxiesInUse);
            clusters = Collections.unmodifiableSet(new TreeSet<>(clusters));
        }

        /** Whether the host can be switched off. */
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

    /** The chunks that can take slots over. */
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

    /** Refuses a request that could not be carried out with the proxies there are now. */
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

    /** Whether a chunk has slots that are not leaving it already, or expects some. */
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
            // Proxies that were free when the drain was requested are not any more; it waits for others.
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
