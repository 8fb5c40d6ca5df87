package io.undermoon.proxy.replication;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.SetRepl;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives the Redis nodes behind this proxy the roles of {@code SETREPL}, at once, and keeps them in these roles. The own
 * nodes are checked from the start. A node keeps the role it has before the first message, and when a message no longer
 * names it.
 *
 * <p>Works on the control loop; {@link #statuses} is for any thread.
 */
public final class ReplicationDriver implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReplicationDriver.class);
    private static final long CLOSE_SECONDS = 5;

    private final NodeConnections connections;
    private final ProxyLoop loop;
    private final NodeClient client;
    private final Endpoints endpoints;
    private final ReplicationSettings settings;
    private final ClearedRuns runs;
    private final Set<NodeAddress> ownNodes;
    private final Map<NodeAddress, NodeRoleKeeper> keepers = new ConcurrentSkipListMap<>();
    private final Map<Endpoint, NodeRoleKeeper> keepersByEndpoint = new ConcurrentHashMap<>();
    private @Nullable SetRepl followed;
    private boolean closed;

    /**
     * @param connections the connections of the control loop
     * @param runs is told which runs of the nodes may serve
     * @param ownNodes the nodes that are checked from the start; may be empty
     */
    public ReplicationDriver(
            NodeConnections connections,
            Endpoints endpoints,
            ReplicationSettings settings,
            ClearedRuns runs,
            Set<NodeAddress> ownNodes) {
        this.connections = connections;
        this.loop = connections.loop();
        this.client = new NodeClient(connections);
        this.endpoints = endpoints;
        this.settings = settings;
        this.runs = runs;
        this.ownNodes = Set.copyOf(ownNodes);
        ownNodes.forEach(this::keep);
    }

    /** Begins to check the nodes and to follow the metadata. */
    public void start(TopologyStore topology) {
        loop.execute(() -> keepers.values().forEach(NodeRoleKeeper::start));
        topology.onChange(now -> loop.execute(() -> follow(now, topology)));
    }

    /** The nodes in the order of their addresses. */
    public List<NodeStatus> statuses() {
        return keepers.values().stream().map(NodeRoleKeeper::status).toList();
    }

    /** Whether a node is settled, see {@link NodeStatus#isSettled}; false for one that is not behind this proxy. */
    public boolean isSettled(Endpoint node) {
        NodeRoleKeeper keeper = keepersByEndpoint.get(node);
        return keeper != null && keeper.status().isSettled();
    }

    /** Ends the checks; the nodes keep their roles. To be called while the loop still runs, from another thread. */
    @Override
    public void close() {
        loop.eventLoop()
                .submit(() -> {
                    closed = true;
                    keepers.values().forEach(NodeRoleKeeper::stop);
                })
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private void follow(Topology topology, TopologyStore store) {
        SetRepl message = topology.replication();
        if (closed || message == followed) {
            return;
        }
        followed = message;
        Map<NodeAddress, WantedRole> roles = new HashMap<>();
        Map<NodeAddress, List<Endpoint>> peers = new HashMap<>();
        for (SetRepl.Entry entry : message.entries()) {
            WantedRole role = WantedRole.of(entry);
            if (role == null) {
                LOG.warnf(
                        "Replica without a master in SETREPL; the node keeps its role: epoch=%s proxy=%s node=%s",
                        message.epoch(), store.self(), entry.node());
            } else {
                roles.put(entry.node(), role);
            }
            peers.put(
                    entry.node(),
                    entry.peers().stream()
                            .map(peer -> endpoint(peer.nodeAddress()))
                            .toList());
            keep(entry.node());
        }
        forgetOthers(message);
        keepers.forEach((node, keeper) -> {
            WantedRole role = roles.get(node);
            if (!Objects.equals(role, keeper.status().wanted())) {
                LOG.infof(
                        "Node role ordered: epoch=%s proxy=%s node=%s role=%s",
                        message.epoch(), store.self(), node, role == null ? "any" : role);
            }
            keeper.order(role, peers.getOrDefault(node, List.of()));
        });
    }

    private void keep(NodeAddress node) {
        keepers.computeIfAbsent(node, address -> {
            NodeRoleKeeper made = new NodeRoleKeeper(address, endpoints, client, loop.eventLoop(), settings, runs);
            keepersByEndpoint.put(endpoint(address), made);
            return made;
        });
    }

    private void forgetOthers(SetRepl message) {
        Set<NodeAddress> kept = new HashSet<>(ownNodes);
        message.entries().forEach(entry -> kept.add(entry.node()));
        Set<NodeAddress> gone = new HashSet<>(keepers.keySet());
        gone.removeAll(kept);
        if (gone.isEmpty()) {
            return;
        }
        for (NodeAddress node : gone) {
            NodeRoleKeeper keeper = keepers.remove(node);
            if (keeper != null) {
                keepersByEndpoint.remove(endpoint(node));
                keeper.stop();
            }
        }
        Set<Endpoint> used = new HashSet<>();
        kept.forEach(node -> used.add(endpoint(node)));
        message.entries().forEach(entry -> entry.peers().forEach(peer -> used.add(endpoint(peer.nodeAddress()))));
        connections.retain(used);
    }

    private Endpoint endpoint(NodeAddress node) {
        return endpoints.redis(node.value());
    }
}
