package io.undermoon.proxy.replication;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.lease.Lease;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
    private final RoleHandover handover;
    private final Lease lease;

    /** The changes of roles that wait. Changed on the loop. */
    private final Map<NodeAddress, Order> orders = new ConcurrentHashMap<>();

    /** The nodes that get their roles when they are proven, with the roles of all nodes before. Changed on the loop. */
    private final Map<NodeAddress, Optional<SetRepl>> unproven = new ConcurrentHashMap<>();

    private volatile Consumer<NodeAddress> onMaster = node -> {};
    private @Nullable SetRepl followed;
    private boolean closed;

    /**
     * @param connections the connections of the control loop
     * @param runs is told which runs of the nodes may serve
     * @param ownNodes the nodes that are checked from the start; may be empty
     * @param rule when a replica becomes master whose master's proxy does not answer
     */
    public ReplicationDriver(
            NodeConnections connections,
            Endpoints endpoints,
            ReplicationSettings settings,
            ClearedRuns runs,
            Set<NodeAddress> ownNodes,
            TakeoverRule rule) {
        this.connections = connections;
        this.loop = connections.loop();
        this.client = new NodeClient(connections);
        this.endpoints = endpoints;
        this.settings = settings;
        this.runs = runs;
        this.ownNodes = Set.copyOf(ownNodes);
        this.handover = new RoleHandover(connections, client, endpoints, rule);
        this.lease = rule.lease();
        ownNodes.forEach(this::keep);
    }

    /** Begins to check the nodes and to follow the metadata. */
    public void start(TopologyStore topology) {
        topology.changesRoles();
        onMaster = topology::hasRisen;
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
        return keeper != null
                && keeper.status().isSettled()
                && !unproven.containsKey(keeper.status().node())
                && !orders.containsKey(keeper.status().node());
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
        if (closed) {
            return;
        }
        if (message == followed) {
            orderProven(topology, store);
            return;
        }
        SetRepl former = followed;
        followed = message;
        Map<NodeAddress, Optional<SetRepl>> waiting = Map.copyOf(unproven);
        unproven.clear();
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
            peers.put(entry.node(), endpoints(entry));
            keep(entry.node());
        }
        forgetOthers(message);
        keepers.forEach((node, keeper) -> {
            WantedRole role = roles.get(node);
            WantedRole before = orders.containsKey(node)
                    ? orders.get(node).role()
                    : keeper.status().wanted();
            if (!Objects.equals(role, before)) {
                LOG.infof(
                        "Node role ordered: epoch=%s proxy=%s node=%s role=%s",
                        message.epoch(), store.self(), node, role == null ? "any" : role);
            }
            if (topology.unproven().contains(node)) {
                // It keeps the role that it has had, which it got by the last message before it became unproven.
                orders.remove(node);
                unproven.put(node, waiting.getOrDefault(node, Optional.ofNullable(former)));
            } else {
                order(keeper, role, peers.getOrDefault(node, List.of()), former, message, store);
            }
        });
    }

    /** Gives their roles to nodes of which it is known by now whose keys they have: a new role may cost them these. */
    private void orderProven(Topology topology, TopologyStore store) {
        SetRepl message = topology.replication();
        for (SetRepl.Entry entry : message.entries()) {
            NodeRoleKeeper keeper = keepers.get(entry.node());
            Optional<SetRepl> former = unproven.get(entry.node());
            if (keeper != null && former != null && !topology.unproven().contains(entry.node())) {
                unproven.remove(entry.node());
                order(keeper, WantedRole.of(entry), endpoints(entry), former.orElse(null), message, store);
            }
        }
    }

    /** Gives a node its role, at once where that loses nothing. */
    private void order(
            NodeRoleKeeper keeper,
            @Nullable WantedRole role,
            List<Endpoint> replicas,
            @Nullable SetRepl formerRoles,
            SetRepl message,
            TopologyStore store) {
        NodeAddress node = keeper.status().node();
        Order pending = orders.get(node);
        if (pending != null && pending.role().equals(role)) {
            return;
        }
        orders.remove(node);
        NodeStatus status = keeper.status();
        if (role == null || role.equals(status.wanted())) {
            keeper.order(role, replicas);
        } else if (role.role() == Role.MASTER) {
            // In the new metadata another node may be in the place of the master that it has followed.
            ReplPeer former = status.role() == Role.MASTER || formerRoles == null || isFree(node, message)
                    ? null
                    : masterOf(formerRoles, node);
            if (formerRoles == null && lease.isRequired()) {
                Order order = begin(node, role, store);
                handover.beforeFirstOrder(node, () -> orders.get(node) == order)
                        .thenRun(() -> end(node, order, () -> keeper.order(role, replicas)));
            } else if (former == null) {
                keeper.order(role, replicas);
            } else {
                Order order = begin(node, role, store);
                handover.beforePromotion(node, former, message.epoch(), () -> orders.get(node) == order)
                        .thenRun(() -> end(node, order, () -> keeper.order(role, replicas)));
            }
        } else {
            Order order = begin(node, role, store);
            BooleanSupplier wanted = () -> orders.get(node) == order;
            boolean joins = formerRoles == null || !isPeer(node, requireNonNull(role.master()), formerRoles);
            handover.beforeDemotion(requireNonNull(role.master()), wanted)
                    .thenCompose(ready -> joins
                            ? handover.beforeJoining(node, wanted)
                            : CompletableFuture.<@Nullable Void>completedFuture(null))
                    .thenRun(() -> end(node, order, () -> {
                        keeper.order(role, replicas);
                        store.hasLeft(node);
                    }));
        }
    }

    private Order begin(NodeAddress node, WantedRole role, TopologyStore store) {
        Order order = new Order(role);
        orders.put(node, order);
        loop.eventLoop()
                .schedule(
                        () -> {
                            if (orders.get(node) == order) {
                                LOG.warnf(
                                        "Change of a role takes long, commands are not held any more: proxy=%s node=%s"
                                                + " role=%s",
                                        store.self(), node, role);
                                store.refuseHeld(node);
                            }
                        },
                        StepDown.HOLD_MILLIS,
                        TimeUnit.MILLISECONDS);
        return order;
    }

    private void end(NodeAddress node, Order order, Runnable action) {
        if (!closed && orders.remove(node, order)) {
            action.run();
        }
    }

    /** Whether a node is in no cluster. Such a node takes over from nobody: its former master is one for others. */
    private static boolean isFree(NodeAddress node, SetRepl message) {
        return message.entries().stream().anyMatch(entry -> entry.node().equals(node) && entry.clusterName() == null);
    }

    /** Whether two nodes have replicated with each other. Else who follows the one does not follow the other. */
    private static boolean isPeer(NodeAddress node, NodeAddress other, SetRepl message) {
        return message.entries().stream()
                .filter(entry -> entry.node().equals(node))
                .flatMap(entry -> entry.peers().stream())
                .anyMatch(peer -> peer.nodeAddress().equals(other));
    }

    private static @Nullable ReplPeer masterOf(SetRepl message, NodeAddress node) {
        return message.entries().stream()
                .filter(entry -> entry.node().equals(node) && entry.role() == Role.REPLICA)
                .flatMap(entry -> entry.peers().stream())
                .findFirst()
                .orElse(null);
    }

    /** A change of a role that waits until it loses nothing. Compared by identity. */
    private static final class Order {
        private final WantedRole role;

        Order(WantedRole role) {
            this.role = role;
        }

        WantedRole role() {
            return role;
        }
    }

    /**
     * Whether the role that a node keeps is certainly the one of the present metadata. One that is to get another role
     * has the former one until then, whose master may be a replica of another shard by now.
     */
    private boolean isCurrent(NodeAddress node) {
        return lease.isHeld() && !orders.containsKey(node) && !unproven.containsKey(node);
    }

    private void keep(NodeAddress node) {
        keepers.computeIfAbsent(node, address -> {
            NodeRoleKeeper made = new NodeRoleKeeper(
                    address,
                    endpoints,
                    client,
                    loop.eventLoop(),
                    settings,
                    runs,
                    () -> isCurrent(address),
                    () -> onMaster.accept(address));
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
            orders.remove(node);
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

    /** The nodes with which a node replicates. */
    private List<Endpoint> endpoints(SetRepl.Entry entry) {
        return entry.peers().stream().map(peer -> endpoint(peer.nodeAddress())).toList();
    }

    private Endpoint endpoint(NodeAddress node) {
        return endpoints.redis(node.value());
    }
}
