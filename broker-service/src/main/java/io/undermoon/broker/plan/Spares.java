package io.undermoon.broker.plan;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * The hot spares of chunks: as many as {@code copies} of the cluster says, as far as there are free proxies. A spare is
 * on another host than both halves, so that it can take the place of either.
 *
 * <p>Only clusters that mark their nodes have spares: proxies of the original, which do not, know of one replica only.
 */
public final class Spares {
    private Spares() {}

    /** A proxy that became a spare of a chunk, or is none any more. */
    public record Change(ClusterName cluster, ProxyAddress proxy, boolean isAttached, List<ProxyAddress> chunk) {}

    /** A spare with its chunk. */
    record Donor(StoredCluster cluster, int chunk, Spare spare) {}

    /** Refuses a number of copies that the cluster cannot have. */
    static void requirePossible(Metadata state, ClusterName name, ClusterConfig config, boolean isMarked) {
        if (config.wantedSpares() == 0) {
            return;
        }
        if (state.enableOrderedProxy()) {
            throw new UndermoonException(
                    ErrorCode.ORDERED_PROXY_ENABLED, "with enable_ordered_proxy a cluster has two copies");
        }
        if (!isMarked) {
            throw new UndermoonException(
                    ErrorCode.NO_AVAILABLE_RESOURCE,
                    "cluster '" + name + "' has proxies that do not mark their nodes, of an older version or of the"
                            + " original, and can have two copies only");
        }
    }

    /** Whether {@link #level} has anything to look at. */
    public static boolean areUsed(Metadata state) {
        return state.clusters().values().stream()
                .anyMatch(cluster -> cluster.config().wantedSpares() > 0 || cluster.hasSpares());
    }

    /**
     * Gives each chunk the spares that it is to have, as far as there are free proxies: all chunks the first one before
     * any gets a second. Those that are too many or cannot take the place of a half become free. Called periodically.
     */
    public static Outcome<List<Change>> level(Metadata state, PlanContext context) {
        List<Change> changes = new ArrayList<>();
        Metadata current = state;
        for (ClusterName name : state.clusters().keySet()) {
            current = released(current, name, changes);
            current = filled(current, context, name, changes);
        }
        return new Outcome<>(current, List.copyOf(changes));
    }

    /** As {@link #level}, for one cluster. */
    static Metadata level(Metadata state, PlanContext context, ClusterName name) {
        List<Change> changes = new ArrayList<>();
        return filled(released(state, name, changes), context, name, changes);
    }

    private static Metadata released(Metadata state, ClusterName name, List<Change> changes) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        List<StoredChunk> chunks = new ArrayList<>();
        List<ProxyAddress> gone = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            StoredChunk kept = chunk;
            List<Spare> useful = chunk.spares().stream()
                    .filter(spare -> fits(state, chunk, spare))
                    .toList();
            for (Spare spare : chunk.spares()) {
                int index = useful.indexOf(spare);
                if (index < 0 || index >= wanted(cluster)) {
                    kept = kept.withoutSpare(spare.proxyAddress());
                    gone.add(spare.proxyAddress());
                    changes.add(new Change(name, spare.proxyAddress(), false, chunk.proxyAddresses()));
                }
            }
            chunks.add(kept);
        }
        if (gone.isEmpty()) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withChunks(chunks));
        gone.forEach(proxy -> edit.release(proxy, cluster));
        return edit.done();
    }

    private static Metadata filled(Metadata state, PlanContext context, ClusterName name, List<Change> changes) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        if (wanted(cluster) == 0) {
            return state;
        }
        SortedMap<String, Deque<ProxyResource>> free = ProxyPool.byHost(freeFor(cluster, state, context));
        List<StoredChunk> chunks = new ArrayList<>(cluster.chunks());
        List<ProxyAddress> attached = new ArrayList<>();
        for (int number = 0; number < wanted(cluster); number++) {
            for (int i = 0; i < chunks.size(); i++) {
                StoredChunk chunk = chunks.get(i);
                Optional<ProxyResource> choice =
                        chunk.spares().size() > number ? Optional.empty() : choice(state, free, chunk);
                if (choice.isPresent()) {
                    ProxyAddress proxy = choice.get().proxyAddress();
                    chunks.set(i, chunk.withSpare(Spare.of(choice.get())));
                    attached.add(proxy);
                    changes.add(new Change(name, proxy, true, chunk.proxyAddresses()));
                }
            }
        }
        if (attached.isEmpty()) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withChunks(chunks));
        attached.forEach(proxy -> edit.assign(proxy, name));
        return edit.done();
    }

    private static int wanted(StoredCluster cluster) {
        return cluster.id() == null ? 0 : cluster.config().wantedSpares();
    }

    /** How many spares the chunk lacks. */
    public static int missing(StoredCluster cluster, StoredChunk chunk) {
        return Math.max(0, wanted(cluster) - chunk.spares().size());
    }

    private static List<ProxyResource> freeFor(StoredCluster cluster, Metadata state, PlanContext context) {
        return ProxyPool.replicasFor(cluster, state, context).stream()
                .filter(proxy -> proxy.marking() != null)
                .toList();
    }

    /**
     * Takes a free proxy: on a host without a spare of the chunk if there is one, then in another zone or on another
     * machine than the chunk's proxies, then on the host with the most.
     */
    private static Optional<ProxyResource> choice(
            Metadata state, SortedMap<String, Deque<ProxyResource>> free, StoredChunk chunk) {
        Set<String> hostsOfSpares = new HashSet<>();
        chunk.spares().forEach(spare -> hostsOfSpares.add(spare.host()));
        return free.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty() && !chunk.hosts().contains(entry.getKey()))
                .min(comparing((Map.Entry<String, Deque<ProxyResource>> entry) ->
                                hostsOfSpares.contains(entry.getKey()))
                        .thenComparing(
                                entry -> nearness(state, chunk, entry.getValue().getFirst()))
                        .thenComparing(comparingInt((Map.Entry<String, Deque<ProxyResource>> entry) ->
                                        entry.getValue().size())
                                .reversed())
                        .thenComparing(Map.Entry::getKey))
                .map(entry -> entry.getValue().removeFirst());
    }

    /** How near a proxy is to those of a chunk, all taken together. */
    private static int nearness(Metadata state, StoredChunk chunk, ProxyResource proxy) {
        return chunk.proxies()
                .mapToInt(other -> placeOf(state, other).distance(proxy.place()).ordinal())
                .sum();
    }

    private static Location placeOf(Metadata state, ProxyAddress proxy) {
        return Preconditions.requireProxy(state, proxy).place();
    }

    private static boolean fits(Metadata state, StoredChunk chunk, Spare spare) {
        return !chunk.hosts().contains(spare.host()) && !state.drainingHosts().contains(spare.host());
    }

    /** The spare that takes the place of a half: the first of those that are farthest from the other half. */
    static Optional<Spare> successor(Metadata state, PlanContext context, StoredChunk chunk, int otherHalf) {
        Location other = placeOf(state, chunk.proxyAddresses().get(otherHalf));
        return chunk.spares().stream()
                .filter(spare -> fits(state, chunk, spare) && isUp(state, context, spare))
                .min(comparing(spare -> other.distance(placeOf(state, spare.proxyAddress()))));
    }

    /**
     * A spare of another chunk that can become a half of a chunk that has lost one: of the same cluster if there is
     * one, as far from the other half as possible, of the chunk with the most spares.
     */
    static Optional<Donor> donor(
            Metadata state, PlanContext context, StoredCluster cluster, StoredChunk chunk, int otherHalf) {
        Location other = placeOf(state, chunk.proxyAddresses().get(otherHalf));
        return state.clusters().values().stream()
                .flatMap(giving -> donors(giving, chunk))
                .filter(donor -> fits(state, chunk, donor.spare())
                        && isUp(state, context, donor.spare())
                        && mayLeave(state, donor, cluster))
                .min(comparing((Donor donor) -> !donor.cluster().name().equals(cluster.name()))
                        .thenComparing((Donor donor) ->
                                other.distance(placeOf(state, donor.spare().proxyAddress())))
                        .thenComparing(comparingInt(
                                        (Donor donor) -> chunkOf(donor).spares().size())
                                .reversed())
                        .thenComparing(donor -> donor.spare().proxyAddress()));
    }

    private static Stream<Donor> donors(StoredCluster cluster, StoredChunk except) {
        List<Donor> donors = new ArrayList<>();
        for (int i = 0; i < cluster.chunks().size(); i++) {
            StoredChunk chunk = cluster.chunks().get(i);
            if (!chunk.proxyAddresses().equals(except.proxyAddresses())) {
                int index = i;
                chunk.spares().forEach(spare -> donors.add(new Donor(cluster, index, spare)));
            }
        }
        return donors.stream();
    }

    private static StoredChunk chunkOf(Donor donor) {
        return donor.cluster().chunks().get(donor.chunk());
    }

    /** The keys that a spare has are of no use in another cluster, which must be known there, see {@link ProxyPool}. */
    private static boolean mayLeave(Metadata state, Donor donor, StoredCluster cluster) {
        if (donor.cluster().name().equals(cluster.name())) {
            return true;
        }
        ProxyResource proxy = state.allProxies().get(donor.spare().proxyAddress());
        return proxy != null
                && proxy.marking() != null
                && donor.cluster().isSynced()
                && proxy.marking().pastUses().stream().allMatch((PastUse use) -> MetadataView.isOver(state, use));
    }

    private static boolean isUp(Metadata state, PlanContext context, Spare spare) {
        return !FailureReports.down(state, context).contains(spare.proxyAddress())
                && !Maintenance.isActive(state, context, spare.proxyAddress());
    }
}
