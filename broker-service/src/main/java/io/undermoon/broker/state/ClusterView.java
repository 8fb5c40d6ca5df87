package io.undermoon.broker.state;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/**
 * A cluster as its users and proxies see it: chunk indices resolved to addresses, and only those migrations shown that have
 * started. The slots of a migration that waits are still stable slots of its source. Computed once per cluster value;
 * immutable.
 */
public final class ClusterView {
    private final ClusterStore store;
    private final List<Node> nodes;
    private final List<PeerProxy> peers;
    private final List<ReplicaNode> replicas;
    private final ClusterInfo info;

    private ClusterView(ClusterStore store) {
        this.store = store;
        List<List<TaggedSlots>> slots = new ArrayList<>();
        for (int shard = 0; shard < store.shardNumber(); shard++) {
            slots.add(slotsOf(ChunkPart.ofShard(shard)));
        }
        this.nodes = nodes(slots);
        this.peers = peers();
        this.replicas = replicas(slots);
        long shardsWithSlots = slots.stream()
                .filter(ofShard -> ofShard.stream().anyMatch(TaggedSlots::isStable))
                .count();
        this.info = new ClusterInfo(
                store.name(), store.nodeNumber(), (int) shardsWithSlots * ProxyResource.NODES, store.runsMigrations());
    }

    public static ClusterView of(ClusterStore cluster) {
        return new ClusterView(cluster);
    }

    /** The stored value this is a view of. */
    public ClusterStore store() {
        return store;
    }

    public Cluster cluster() {
        return new Cluster(store.name(), store.epoch(), nodes, store.config());
    }

    public ClusterInfo info() {
        return info;
    }

    /** The nodes of the chunks from a given index on. */
    public List<Node> nodesFromChunk(int chunk) {
        return nodes.subList(chunk * ChunkStore.NODES, nodes.size());
    }

    /** The number of the shard that a node, counted in the order of {@link #cluster()}, is master or replica of. */
    public static int shardOfNode(int node) {
        return new ChunkPart(node / ChunkStore.NODES, RolePosition.partOfNode(node % ChunkStore.NODES)).shard();
    }

    /** What a proxy of this cluster has to know. */
    public Proxy proxy(ProxyAddress address) {
        int chunk = store.chunkOf(address);
        if (chunk < 0) {
            throw new IllegalArgumentException("proxy " + address + " is not in cluster " + store.name());
        }
        int first = chunk * ChunkStore.NODES + store.chunks().get(chunk).halfOf(address) * ProxyResource.NODES;
        return new Proxy(
                store.name(),
                address,
                store.epoch(),
                nodes.subList(first, first + ProxyResource.NODES),
                peers.stream()
                        .filter(peer -> !peer.proxyAddress().equals(address))
                        .toList(),
                replicas,
                store.config());
    }

    /** A task as the proxies of its source see it, or would see it if it had started. */
    public MigrationTask task(MigratingSlots task) {
        return new MigrationTask(store.name(), new TaggedSlots(task.rangeList(), tag(task)));
    }

    private List<TaggedSlots> slotsOf(ChunkPart part) {
        ChunkStore chunk = store.chunks().get(part.chunk());
        SlotRanges stable = chunk.stable(part.part());
        List<TaggedSlots> moving = new ArrayList<>();
        for (MigratingSlots side : chunk.migratingSlots().get(part.part())) {
            if (!side.waiting()) {
                moving.add(new TaggedSlots(side.rangeList(), tag(side)));
            } else if (side.isMigrating()) {
                stable = stable.union(side.rangeList());
            }
        }
        List<TaggedSlots> slots = new ArrayList<>();
        if (!stable.isEmpty()) {
            slots.add(TaggedSlots.stable(stable));
        }
        slots.addAll(moving);
        return slots;
    }

    private SlotState tag(MigratingSlots side) {
        ChunkPart source = side.meta().source();
        ChunkPart destination = side.meta().destination();
        ChunkStore sourceChunk = store.chunks().get(source.chunk());
        ChunkStore destinationChunk = store.chunks().get(destination.chunk());
        int sourceNode = sourceChunk.rolePosition().masterNode(source.part());
        int destinationNode = destinationChunk.rolePosition().masterNode(destination.part());
        MigrationMeta meta = new MigrationMeta(
                side.meta().epoch(),
                sourceChunk.proxyOfNode(sourceNode),
                sourceChunk.nodeAddresses().get(sourceNode),
                destinationChunk.proxyOfNode(destinationNode),
                destinationChunk.nodeAddresses().get(destinationNode));
        return side.isMigrating() ? new SlotState.Migrating(meta) : new SlotState.Importing(meta);
    }

    private List<Node> nodes(List<List<TaggedSlots>> slotsOfShards) {
        List<Node> all = new ArrayList<>();
        for (int c = 0; c < store.chunks().size(); c++) {
            ChunkStore chunk = store.chunks().get(c);
            for (int n = 0; n < ChunkStore.NODES; n++) {
                boolean master = chunk.rolePosition().isMaster(n);
                int shard = new ChunkPart(c, RolePosition.partOfNode(n)).shard();
                int peer = RolePosition.replicationPeer(n);
                all.add(new Node(
                        chunk.nodeAddresses().get(n),
                        chunk.proxyOfNode(n),
                        master ? slotsOfShards.get(shard) : List.of(),
                        new ReplMeta(
                                master ? Role.MASTER : Role.REPLICA,
                                List.of(new ReplPeer(chunk.nodeAddresses().get(peer), chunk.proxyOfNode(peer))))));
            }
        }
        return List.copyOf(all);
    }

    /** Every proxy with a master, in chunk order, with the slots of its masters. */
    private List<PeerProxy> peers() {
        List<PeerProxy> all = new ArrayList<>();
        for (int first = 0; first < nodes.size(); first += ProxyResource.NODES) {
            List<Node> masters = nodes.subList(first, first + ProxyResource.NODES).stream()
                    .filter(Node::isMaster)
                    .toList();
            if (!masters.isEmpty()) {
                List<TaggedSlots> slots =
                        masters.stream().flatMap(node -> node.slots().stream()).toList();
                all.add(new PeerProxy(nodes.get(first).proxyAddress(), slots));
            }
        }
        return List.copyOf(all);
    }

    private List<ReplicaNode> replicas(List<List<TaggedSlots>> slotsOfShards) {
        List<ReplicaNode> all = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (!node.isMaster()) {
                int chunk = i / ChunkStore.NODES;
                int part = RolePosition.partOfNode(i % ChunkStore.NODES);
                all.add(new ReplicaNode(
                        node.address(), node.proxyAddress(), slotsOfShards.get(new ChunkPart(chunk, part).shard())));
            }
        }
        return List.copyOf(all);
    }
}
