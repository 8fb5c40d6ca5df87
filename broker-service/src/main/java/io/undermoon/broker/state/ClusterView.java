package io.undermoon.broker.state;

import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.ClusterContent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as users and proxies see it: chunk indices are resolved to addresses, and only started migrations appear.
 * The slots of a waiting migration are stable slots of its source. Immutable; computed once per cluster value.
 */
public final class ClusterView {
    private final StoredCluster stored;
    private final List<Node> nodes;

    /** The nodes of all spares, two for each, in chunk order. */
    private final List<Node> spares;

    private final List<PeerProxy> peers;
    private final List<ReplicaNode> replicas;
    private final ClusterInfo info;

    private ClusterView(StoredCluster stored) {
        this.stored = stored;
        List<List<TaggedSlots>> slots = new ArrayList<>();
        for (int shard = 0; shard < stored.shardNumber(); shard++) {
            slots.add(slotsOf(ChunkPart.ofShard(shard)));
        }
        this.nodes = nodes(slots);
        this.spares = spares();
        this.peers = peers();
        this.replicas = replicas(slots);
        long shardsWithSlots = slots.stream()
                .filter(ofShard -> ofShard.stream().anyMatch(TaggedSlots::isStable))
                .count();
        this.info = new ClusterInfo(
                stored.name(),
                stored.nodeNumber(),
                (int) shardsWithSlots * ProxyResource.NODES,
                stored.runsMigrations());
    }

    public static ClusterView of(StoredCluster cluster) {
        return new ClusterView(cluster);
    }

    /** The stored cluster this view was computed from. */
    public StoredCluster stored() {
        return stored;
    }

    public Cluster cluster() {
        return new Cluster(stored.name(), stored.epoch(), nodes, stored.config(), spares);
    }

    public ClusterInfo info() {
        return info;
    }

    /** The nodes of all chunks from an index on. */
    public List<Node> nodesFromChunk(int chunk) {
        return nodes.subList(chunk * StoredChunk.NODES, nodes.size());
    }

    /** The index of the shard that a node is master or replica of. */
    public static int shardOfNode(int node) {
        return new ChunkPart(node / StoredChunk.NODES, RolePosition.partOfNode(node % StoredChunk.NODES)).shard();
    }

    /**
     * The metadata of one proxy of this cluster.
     *
     * @param proxies all that are registered, which say where each serves as a replica
     * @param tenancy of the proxy
     */
    public Proxy proxy(ProxyAddress address, Map<ProxyAddress, ProxyResource> proxies, @Nullable Tenancy tenancy) {
        List<PeerProxy> others = peers.stream()
                .filter(peer -> !peer.proxyAddress().equals(address))
                .toList();
        return proxy(address, proxies, others, replicas(proxies), tenancy);
    }

    /** The metadata of one proxy without what it knows of others. */
    Proxy alone(ProxyAddress address, Map<ProxyAddress, ProxyResource> proxies, @Nullable Tenancy tenancy) {
        return proxy(address, proxies, List.of(), List.of(), tenancy);
    }

    private Proxy proxy(
            ProxyAddress address,
            Map<ProxyAddress, ProxyResource> proxies,
            List<PeerProxy> others,
            List<ReplicaNode> allReplicas,
            @Nullable Tenancy tenancy) {
        return new Proxy(
                stored.name(),
                address,
                stored.epoch(),
                nodesOf(address),
                others,
                allReplicas,
                stored.config().forProxies(),
                replicaAddress(address, proxies),
                tenancy);
    }

    private List<Node> nodesOf(ProxyAddress address) {
        int index = stored.chunkOf(address);
        if (index < 0) {
            throw new IllegalArgumentException("proxy " + address + " is not in cluster " + stored.name());
        }
        int half = stored.chunks().get(index).halfOf(address);
        if (half < 0) {
            return spares.stream()
                    .filter(node -> node.proxyAddress().equals(address))
                    .toList();
        }
        int first = index * StoredChunk.NODES + half * ProxyResource.NODES;
        return nodes.subList(first, first + ProxyResource.NODES);
    }

    /** What all proxies of this cluster know of it. */
    ClusterContent content(Map<ProxyAddress, ProxyResource> proxies) {
        Map<ProxyAddress, Map<NodeAddress, List<TaggedSlots>>> masters = new LinkedHashMap<>();
        nodes.stream()
                .filter(Node::isMaster)
                .forEach(node -> masters.computeIfAbsent(node.proxyAddress(), unused -> new LinkedHashMap<>())
                        .put(node.address(), node.slots()));
        Map<NodeAddress, ReplicaNode> shown = new LinkedHashMap<>();
        replicas(proxies).forEach(replica -> shown.put(replica.nodeAddress(), replica));
        return new ClusterContent(
                stored.name(), stored.epoch(), masters, shown, stored.config().forProxies());
    }

    /** The replicas at the addresses at which clients are served by them. */
    private List<ReplicaNode> replicas(Map<ProxyAddress, ProxyResource> proxies) {
        return replicas.stream()
                .map(replica -> new ReplicaNode(
                        replica.nodeAddress(),
                        asReplica(replica.proxyAddress(), proxies),
                        replica.slots(),
                        replica.masterProxyAddress()))
                .toList();
    }

    private static ProxyAddress asReplica(ProxyAddress proxy, Map<ProxyAddress, ProxyResource> proxies) {
        ProxyAddress address = replicaAddress(proxy, proxies);
        return address == null ? proxy : address;
    }

    private static @Nullable ProxyAddress replicaAddress(ProxyAddress proxy, Map<ProxyAddress, ProxyResource> proxies) {
        ProxyResource resource = proxies.get(proxy);
        return resource == null ? null : resource.replicaAddress();
    }

    /** A task in the form in which the source's proxy has it, also before it has started. */
    public MigrationTask task(MigratingSlots task) {
        return new MigrationTask(stored.name(), new TaggedSlots(task.rangeList(), tag(task)));
    }

    private List<TaggedSlots> slotsOf(ChunkPart part) {
        StoredChunk chunk = stored.chunks().get(part.chunk());
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
        StoredChunk sourceChunk = stored.chunks().get(source.chunk());
        StoredChunk destinationChunk = stored.chunks().get(destination.chunk());
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
        for (int c = 0; c < stored.chunks().size(); c++) {
            StoredChunk chunk = stored.chunks().get(c);
            for (int n = 0; n < StoredChunk.NODES; n++) {
                boolean master = chunk.rolePosition().isMaster(n);
                int part = RolePosition.partOfNode(n);
                int peer = RolePosition.replicationPeer(n);
                List<ReplPeer> replPeers = new ArrayList<>();
                replPeers.add(new ReplPeer(chunk.nodeAddresses().get(peer), chunk.proxyOfNode(peer)));
                if (master) {
                    chunk.spares()
                            .forEach(
                                    spare -> replPeers.add(new ReplPeer(spare.nodeOfPart(part), spare.proxyAddress())));
                }
                all.add(new Node(
                        chunk.nodeAddresses().get(n),
                        chunk.proxyOfNode(n),
                        master ? slotsOfShards.get(new ChunkPart(c, part).shard()) : List.of(),
                        new ReplMeta(master ? Role.MASTER : Role.REPLICA, replPeers)));
            }
        }
        return List.copyOf(all);
    }

    private List<Node> spares() {
        List<Node> all = new ArrayList<>();
        for (StoredChunk chunk : stored.chunks()) {
            for (Spare spare : chunk.spares()) {
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    ProxyAddress masterProxy =
                            chunk.proxyOfNode(chunk.rolePosition().masterNode(part));
                    ReplPeer master = new ReplPeer(chunk.master(part), masterProxy);
                    all.add(new Node(
                            spare.nodeOfPart(part),
                            spare.proxyAddress(),
                            List.of(),
                            new ReplMeta(Role.REPLICA, List.of(master))));
                }
            }
        }
        return List.copyOf(all);
    }

    /** Every proxy with at least one master, in chunk order, with the slots of its masters. */
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

    /** The replicas of the chunks, then those behind spares. */
    private List<ReplicaNode> replicas(List<List<TaggedSlots>> slotsOfShards) {
        List<ReplicaNode> all = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (!nodes.get(i).isMaster()) {
                all.add(replica(nodes.get(i), slotsOfShards.get(shardOfNode(i))));
            }
        }
        int next = 0;
        for (int chunk = 0; chunk < stored.chunks().size(); chunk++) {
            for (int i = 0; i < stored.chunks().get(chunk).spares().size(); i++) {
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    all.add(replica(spares.get(next++), slotsOfShards.get(new ChunkPart(chunk, part).shard())));
                }
            }
        }
        return List.copyOf(all);
    }

    private static ReplicaNode replica(Node node, List<TaggedSlots> slots) {
        ProxyAddress master = node.repl().peers().get(0).proxyAddress();
        return new ReplicaNode(node.address(), node.proxyAddress(), slots, slots.isEmpty() ? master : null);
    }
}
