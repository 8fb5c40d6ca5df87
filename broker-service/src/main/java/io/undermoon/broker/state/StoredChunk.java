package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A chunk as it is stored: two proxies and their four nodes. They hold two shards ("parts"); the replica of a master
 * is on the other half, and further ones may be on spares.
 *
 * @param stableSlots per part the slots it owns that are not migrating, {@code null} for none
 * @param migratingSlots per part its migration tasks, in the order in which they were planned
 * @param hosts per half the host, that is the failure domain, of its proxy
 * @param nodeAddresses 0 and 1 belong to proxy 0, 2 and 3 to proxy 1
 * @param syncedParts the parts (0 or 1) whose replica has the data of its master: it has synchronised since the two
 *     have their roles, and nothing is known of writes that it missed. Null, and not written, as long as no coordinator
 *     has ever reported a replica of the chunk; those of the original never do
 * @param spares the hot spares, in the order in which they take the place of a half. Not written when empty
 */
@Schema(name = "ChunkStore")
public record StoredChunk(
        RolePosition rolePosition,
        @JsonSetter(contentNulls = Nulls.SET) List<@Nullable TaggedSlots> stableSlots,
        List<List<MigratingSlots>> migratingSlots,
        List<ProxyAddress> proxyAddresses,
        List<String> hosts,
        List<NodeAddress> nodeAddresses,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable SortedSet<Integer> syncedParts,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Spare> spares) {
    public static final int PARTS = 2;
    public static final int HALVES = 2;
    public static final int NODES = 4;

    public StoredChunk {
        requireNonNull(rolePosition, "role_position");
        stableSlots = normalised(sized("stable_slots", stableSlots, PARTS));
        migratingSlots = sized("migrating_slots", migratingSlots, PARTS).stream()
                .map(List::copyOf)
                .toList();
        proxyAddresses = List.copyOf(sized("proxy_addresses", proxyAddresses, HALVES));
        hosts = List.copyOf(sized("hosts", hosts, HALVES));
        nodeAddresses = List.copyOf(sized("node_addresses", nodeAddresses, NODES));
        if (syncedParts != null) {
            syncedParts = Collections.unmodifiableSortedSet(new TreeSet<>(syncedParts));
            if (!syncedParts.isEmpty() && (syncedParts.first() < 0 || syncedParts.last() >= PARTS)) {
                throw new IllegalArgumentException("synced_parts is " + syncedParts + ", expected 0, 1 or both");
            }
        }
        spares = spares == null ? List.of() : List.copyOf(spares);
    }

    /** A chunk in its normal position, without migrations. */
    public static StoredChunk of(ProxyResource first, ProxyResource second, List<SlotRanges> stable) {
        List<NodeAddress> nodes = new ArrayList<>(first.nodeAddresses());
        nodes.addAll(second.nodeAddresses());
        return new StoredChunk(
                RolePosition.NORMAL,
                stable.stream().map(TaggedSlots::stable).toList(),
                List.of(List.of(), List.of()),
                List.of(first.proxyAddress(), second.proxyAddress()),
                List.of(first.host(), second.host()),
                nodes,
                null,
                List.of());
    }

    /** The slots of a part that are not moving. */
    public SlotRanges stable(int part) {
        TaggedSlots slots = stableSlots.get(part);
        return slots == null ? SlotRanges.NONE : slots.rangeList();
    }

    public boolean ownsStableSlots(int part) {
        return stableSlots.get(part) != null;
    }

    public boolean lacksStableSlots() {
        return !ownsStableSlots(0) || !ownsStableSlots(1);
    }

    public boolean takesPartInMigration() {
        return migratingSlots.stream().anyMatch(tasks -> !tasks.isEmpty());
    }

    /**
     * Whether the chunk neither owns slots nor takes part in a migration, so that it can be removed from its cluster.
     */
    public boolean hasNoSlots() {
        return !ownsStableSlots(0) && !ownsStableSlots(1) && !takesPartInMigration();
    }

    /** The half (0 or 1) that is this proxy, or -1. */
    public int halfOf(ProxyAddress proxy) {
        return proxyAddresses.indexOf(proxy);
    }

    /** Whether the proxy is a half or a spare of this chunk. */
    public boolean has(ProxyAddress proxy) {
        return halfOf(proxy) >= 0 || spare(proxy).isPresent();
    }

    public Optional<Spare> spare(ProxyAddress proxy) {
        return spares.stream()
                .filter(spare -> spare.proxyAddress().equals(proxy))
                .findFirst();
    }

    /** Both halves, then the spares. */
    public Stream<ProxyAddress> proxies() {
        return Stream.concat(proxyAddresses.stream(), spares.stream().map(Spare::proxyAddress));
    }

    /** The node that is master of a part. */
    public NodeAddress master(int part) {
        return nodeAddresses.get(rolePosition.masterNode(part));
    }

    public ProxyAddress proxyOfNode(int node) {
        return proxyAddresses.get(node / HALVES);
    }

    public boolean ownsSlotsOrMoves(int part) {
        return ownsStableSlots(part) || !migratingSlots.get(part).isEmpty();
    }

    /** Whether coordinators report the replicas of the chunk. */
    public boolean tracksReplicas() {
        return syncedParts != null;
    }

    /** Whether the replica of a part is known to have the data of its master, see {@link #syncedParts}. */
    public boolean isSynced(int part) {
        return syncedParts != null && syncedParts.contains(part);
    }

    /** This chunk with other roles. A new replica is not taken for a copy before it is known to be one. */
    public StoredChunk withPosition(RolePosition position) {
        SortedSet<Integer> kept = syncedParts;
        if (kept != null) {
            kept = new TreeSet<>(kept);
            kept.removeIf(part -> rolePosition.masterNode(part) != position.masterNode(part));
        }
        return new StoredChunk(
                position, stableSlots, migratingSlots, proxyAddresses, hosts, nodeAddresses, kept, spares);
    }

    public StoredChunk withSynced(int part, boolean synced) {
        SortedSet<Integer> parts = syncedParts == null ? new TreeSet<>() : new TreeSet<>(syncedParts);
        if (synced) {
            parts.add(part);
        } else {
            parts.remove(part);
        }
        return new StoredChunk(
                rolePosition, stableSlots, migratingSlots, proxyAddresses, hosts, nodeAddresses, parts, spares);
    }

    public StoredChunk withPart(int part, SlotRanges stable, List<MigratingSlots> tasks) {
        List<@Nullable TaggedSlots> newStable = new ArrayList<>(stableSlots);
        newStable.set(part, TaggedSlots.stable(stable));
        List<List<MigratingSlots>> newTasks = new ArrayList<>(migratingSlots);
        newTasks.set(part, tasks);
        return new StoredChunk(
                rolePosition, newStable, newTasks, proxyAddresses, hosts, nodeAddresses, syncedParts, spares);
    }

    /** This chunk with another proxy in place of one half; slots and roles stay, and no replica is a copy any more. */
    public StoredChunk withHalf(int half, ProxyResource proxy) {
        return withHalf(half, proxy, proxy.nodeAddresses());
    }

    /**
     * As {@link #withHalf(int, ProxyResource)}.
     *
     * @param nodes those of the proxy, in the order in which the chunk has them
     */
    public StoredChunk withHalf(int half, ProxyResource proxy, List<NodeAddress> nodes) {
        return withHalf(half, proxy.proxyAddress(), proxy.host(), nodes);
    }

    /** As {@link #withHalf(int, ProxyResource)}, with a spare of this chunk. Each of its nodes stays with its part. */
    public StoredChunk withHalf(int half, Spare spare) {
        List<NodeAddress> nodes = new ArrayList<>();
        for (int node = half * ProxyResource.NODES; node < (half + 1) * ProxyResource.NODES; node++) {
            nodes.add(spare.nodeOfPart(RolePosition.partOfNode(node)));
        }
        return withHalf(half, spare.proxyAddress(), spare.host(), nodes);
    }

    private StoredChunk withHalf(int half, ProxyAddress proxy, String host, List<NodeAddress> nodes) {
        List<ProxyAddress> newProxies = new ArrayList<>(proxyAddresses);
        newProxies.set(half, proxy);
        List<String> newHosts = new ArrayList<>(hosts);
        newHosts.set(half, host);
        List<NodeAddress> newNodes = new ArrayList<>(nodeAddresses);
        newNodes.set(2 * half, nodes.get(0));
        newNodes.set(2 * half + 1, nodes.get(1));
        return new StoredChunk(
                rolePosition,
                stableSlots,
                migratingSlots,
                newProxies,
                newHosts,
                newNodes,
                tracksReplicas() ? Collections.emptySortedSet() : null,
                others(proxy));
    }

    /** This chunk with one more spare, behind the others. */
    public StoredChunk withSpare(Spare spare) {
        List<Spare> more = new ArrayList<>(spares);
        more.add(spare);
        return withSpares(more);
    }

    public StoredChunk withoutSpare(ProxyAddress proxy) {
        return withSpares(others(proxy));
    }

    private StoredChunk withSpares(List<Spare> newSpares) {
        return new StoredChunk(
                rolePosition,
                stableSlots,
                migratingSlots,
                proxyAddresses,
                hosts,
                nodeAddresses,
                syncedParts,
                newSpares);
    }

    private List<Spare> others(ProxyAddress proxy) {
        return spares.stream()
                .filter(spare -> !spare.proxyAddress().equals(proxy))
                .toList();
    }

    /** Replaces an empty set of slots by {@code null}, so that equal chunks compare as equal. */
    private static List<@Nullable TaggedSlots> normalised(List<@Nullable TaggedSlots> stableSlots) {
        List<@Nullable TaggedSlots> normal = new ArrayList<>(PARTS);
        for (TaggedSlots slots : stableSlots) {
            if (slots != null && !slots.isStable()) {
                throw new IllegalArgumentException("stable_slots hold " + slots.rangeList() + ", which are moving");
            }
            normal.add(slots == null || slots.rangeList().isEmpty() ? null : slots);
        }
        return Collections.unmodifiableList(normal);
    }

    private static <T> List<T> sized(String field, @Nullable List<T> list, int size) {
        Objects.requireNonNull(list, field);
        if (list.size() != size) {
            throw new IllegalArgumentException(field + " has " + list.size() + " elements, not " + size);
        }
        return list;
    }
}
