package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Creation, removal and configuration of clusters, and adding and removing nodes. */
public final class Clusters {
    private Clusters() {}

    public static Outcome<Outcome.Done> create(
            Metadata state, PlanContext context, ClusterName name, long nodeNumber, ClusterConfig config) {
        requireRoomForCluster(state);
        if (state.clusters().containsKey(name)) {
            throw new UndermoonException(ErrorCode.ALREADY_EXISTED, "cluster '" + name + "' exists already");
        }
        Preconditions.requireNodeNumber(nodeNumber, nodeNumber);
        int chunks = (int) nodeNumber / StoredChunk.NODES;
        List<Allocation.Pair> pairs = Allocation.pairs(state, context, chunks, 0);
        List<SlotRanges> blocks = SlotShare.blocks(chunks * StoredChunk.PARTS);
        List<StoredChunk> created = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            Allocation.Pair pair = pairs.get(i);
            created.add(StoredChunk.of(pair.first(), pair.second(), blocks.subList(2 * i, 2 * i + 2)));
        }
        MetadataEdit edit = state.edit();
        assign(edit, pairs, name);
        String id = Marks.idOfNew(state, context, name, pairs);
        Spares.requirePossible(state, name, config, id != null);
        edit.putAtNewEpoch(new StoredCluster(state.globalEpoch(), name, created, config, id));
        return Outcome.done(Spares.level(edit.done(), context, name));
    }

    /** In ordered mode at most one cluster is allowed. */
    private static void requireRoomForCluster(Metadata state) {
        if (state.enableOrderedProxy() && !state.clusters().isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.ONE_CLUSTER_ALREADY_EXISTED,
                    "with enable_ordered_proxy there is one cluster only, and '"
                            + state.clusters().firstKey() + "' exists");
        }
    }

    public static Outcome<Outcome.Done> remove(Metadata state, ClusterName name) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        MetadataEdit edit = state.edit();
        edit.bumpEpoch();
        cluster.proxies().forEach(proxy -> edit.release(proxy, cluster));
        edit.removeCluster(name);
        return Outcome.done(edit.done());
    }

    /**
     * Adds nodes without slots.
     *
     * @return the index of the first new chunk
     */
    public static Outcome<Integer> addNodes(Metadata state, PlanContext context, ClusterName name, long added) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNoMigration(cluster);
        // A number near the largest would wrap around when added; it is refused as it is.
        Preconditions.requireNodeNumber(added, added);
        Preconditions.requireNodeNumber(added, cluster.nodeNumber() + added);
        int newChunks = (int) added / StoredChunk.NODES;
        int oldChunks = cluster.chunks().size();
        List<Allocation.Pair> pairs = Allocation.pairs(
                state, context, newChunks, oldChunks * StoredChunk.HALVES, proxy -> Marks.mayJoin(proxy, cluster));
        List<StoredChunk> chunks = new ArrayList<>(cluster.chunks());
        for (Allocation.Pair pair : pairs) {
            chunks.add(StoredChunk.of(pair.first(), pair.second(), List.of(SlotRanges.NONE, SlotRanges.NONE)));
        }
        MetadataEdit edit = state.edit();
        assign(edit, pairs, name);
        edit.putAtNewEpoch(Marks.kept(state, cluster.withChunks(chunks)));
        return new Outcome<>(edit.done(), oldChunks);
    }

    /**
     * Adds the nodes that are missing to a total.
     *
     * @return the index of the first new chunk
     */
    public static Outcome<Integer> growTo(Metadata state, PlanContext context, ClusterName name, long total) {
        int present = Preconditions.requireCluster(state, name).nodeNumber();
        if (total <= present) {
            throw new UndermoonException(
                    ErrorCode.NODE_NUM_ALREADY_ENOUGH,
                    "cluster '" + name + "' has " + present + " nodes, " + total + " are wanted");
        }
        return addNodes(state, context, name, total - present);
    }

    /** Removes the chunks without slots from a cluster; their proxies become free. */
    public static Outcome<Outcome.Done> deleteFreeNodes(Metadata state, ClusterName name) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNoMigration(cluster);
        List<StoredChunk> unused =
                cluster.chunks().stream().filter(StoredChunk::hasNoSlots).toList();
        if (unused.isEmpty()) {
            throw new UndermoonException(
                    ErrorCode.FREE_NODE_NOT_FOUND, "cluster '" + name + "' has no nodes without slots");
        }
        return Outcome.done(without(state, cluster, unused));
    }

    /** Removes chunks without slots, the last ones first, beyond a total of nodes; the cluster has no migrations. */
    static Metadata trim(Metadata state, ClusterName name, long total) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        List<StoredChunk> unused = new ArrayList<>(
                cluster.chunks().stream().filter(StoredChunk::hasNoSlots).toList());
        Collections.reverse(unused);
        long tooMany = Math.max(0, cluster.nodeNumber() - total) / StoredChunk.NODES;
        return without(state, cluster, unused.stream().limit(tooMany).toList());
    }

    /** Removes chunks from a cluster without migrations; their proxies become free. */
    static Metadata without(Metadata state, StoredCluster cluster, List<StoredChunk> removed) {
        if (removed.isEmpty()) {
            return state;
        }
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withChunks(cluster.chunks().stream()
                .filter(chunk -> !removed.contains(chunk))
                .toList()));
        removed.forEach(chunk -> chunk.proxies().forEach((ProxyAddress proxy) -> edit.release(proxy, cluster)));
        return edit.done();
    }

    /**
     * Sets fields of the configuration, all of them or none. With another number of copies the chunks get spares or
     * lose them.
     */
    public static Outcome<Outcome.Done> configure(
            Metadata state, PlanContext context, ClusterName name, Map<String, String> fields) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNoMigration(cluster);
        ClusterConfig config = cluster.config();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            config = with(config, field.getKey(), field.getValue());
        }
        if (config.equals(cluster.config())) {
            return Outcome.done(state);
        }
        Spares.requirePossible(state, name, config, cluster.id() != null);
        MetadataEdit edit = state.edit();
        edit.putAtNewEpoch(cluster.withConfig(config));
        return Outcome.done(Spares.level(edit.done(), context, name));
    }

    /** A configuration with one field changed. */
    public static ClusterConfig with(ClusterConfig config, String field, String value) {
        try {
            return config.with(field, value);
        } catch (ClusterConfig.InvalidFieldException e) {
            throw new UndermoonException(
                    ErrorCode.INVALID_CONFIG,
                    String.valueOf(e.getMessage()),
                    Map.of("key", e.field(), "value", e.value()));
        }
    }

    private static void assign(MetadataEdit edit, List<Allocation.Pair> pairs, ClusterName cluster) {
        for (Allocation.Pair pair : pairs) {
            edit.assign(pair.first().proxyAddress(), cluster);
            edit.assign(pair.second().proxyAddress(), cluster);
        }
    }
}
