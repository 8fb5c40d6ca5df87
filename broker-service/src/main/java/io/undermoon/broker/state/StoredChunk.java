package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

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
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A chunk as it is stored: two proxies and their four nodes. They hold two shards ("parts"); the replica of a master
 * is on the other half.
 *
 * @param stableSlots per part the slots it owns that are not migrating, {@code null} for none
 * @param migratingSlots per part its migration tasks, in the order in which they were planned
 * @param hosts per half the host, that is the failure domain, of its proxy
 * @param nodeAddresses 0 and 1 belong to proxy 0, 2 and 3 to proxy 1
 */
@Schema(name = "ChunkStore")
public record StoredChunk(
        RolePosition rolePosition,
        @JsonSetter(contentNulls = Nulls.SET) List<@Nullable TaggedSlots> stableSlots,
        List<List<MigratingSlots>> migratingSlots,
        List<ProxyAddress> proxyAddresses,
        List<String> hosts,
        List<NodeAddress> nodeAddresses) {
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
                nodes);
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

    public ProxyAddress proxyOfNode(int node) {
        return proxyAddresses.get(node / HALVES);
    }

    public StoredChunk withPosition(RolePosition position) {
        return new StoredChunk(position, stableSlots, migratingSlots, proxyAddresses, hosts, nodeAddresses);
    }

    public StoredChunk withPart(int part, SlotRanges stable, List<MigratingSlots> tasks) {
        List<@Nullable TaggedSlots> newStable = new ArrayList<>(stableSlots);
        newStable.set(part, TaggedSlots.stable(stable));
        List<List<MigratingSlots>> newTasks = new ArrayList<>(migratingSlots);
        newTasks.set(part, tasks);
        return new StoredChunk(rolePosition, newStable, newTasks, proxyAddresses, hosts, nodeAddresses);
    }

    /** This chunk with another proxy in place of one half; slots and roles stay. */
    public StoredChunk withHalf(int half, ProxyResource proxy) {
        List<ProxyAddress> newProxies = new ArrayList<>(proxyAddresses);
        newProxies.set(half, proxy.proxyAddress());
        List<String> newHosts = new ArrayList<>(hosts);
        newHosts.set(half, proxy.host());
        List<NodeAddress> newNodes = new ArrayList<>(nodeAddresses);
        newNodes.set(2 * half, proxy.nodeAddresses().get(0));
        newNodes.set(2 * half + 1, proxy.nodeAddresses().get(1));
        return new StoredChunk(rolePosition, stableSlots, migratingSlots, newProxies, newHosts, newNodes);
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
