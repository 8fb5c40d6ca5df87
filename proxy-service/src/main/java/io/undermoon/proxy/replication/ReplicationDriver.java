package io.undermoon.proxy.replication;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
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
    private final Set<NodeAddress> ownNodes;
    private final Map<NodeAddress, NodeRoleKeeper> keepers = new ConcurrentSkipListMap<>();
    private final Map<Endpoint, NodeRoleKeeper> keepersByEndpoint = new ConcurrentHashMap<>();
    private final RoleHandover handover;

    /** The changes of roles that wait. Changed on the loop. */
    private final Map<NodeAddress, Order> orders = new ConcurrentHashMap<>();

    private volatile Consumer<NodeAddress> onMaster = node -> {};
    private @Nullable SetRepl followed;
    private boolean closed;

    /**
     * @param connections the connections of the control loop
     * @param ownNodes the nodes that are checked from the start; may be empty
     */
    public ReplicationDriver(
            NodeConnections connections, Endpoints endpoints, ReplicationSettings settings, Set<NodeAddress> ownNodes) {
        this.connections = connections;
        this.loop = connections.loop();
        this.client = new NodeClient(connections);
        this.endpoints = endpoints;
        this.settings = settings;
        this.ownNodes = Set.copyOf(ownNodes);
        this.handover = new RoleHandover(client, endpoints, loop.eventLoop());
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
        if (closed || message == followed) {
            return;
        }
        SetRepl former = followed;
        followed = message;
        Map<NodeAddress, WantedRole> roles = new HashMap<>();
        for (SetRepl.Entry entry : message.entries()) {
            WantedRole role = WantedRole.of(entry);
            if (role == null) {
                LOG.warnf(
                        "Replica without a master in SETREPL; the node keeps its role: epoch=%s proxy=%s node=%s",
                        message.epoch(), store.self(), entry.node());
            } else {
                roles.put(entry.node(), role);
            }
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
            order(keeper, role, former, message, store);
        });
    }

    /** Gives a node its role, at once where that loses nothing. */
    private void order(
            NodeRoleKeeper keeper,
            @Nullable WantedRole role,
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
            keeper.order(role);
        } else if (role.role() == Role.MASTER) {
            // In the new metadata another node may be in the place of the master that it has followed.
            ReplPeer former = status.role() == Role.MASTER || formerRoles == null || isFree(node, message)
                    ? null
                    : masterOf(formerRoles, node);
            if (former == null) {
                keeper.order(role);
            } else {
                Order order = begin(node, role, store);
                handover.beforePromotion(node, former, message.epoch())
                        .thenRun(() -> end(node, order, () -> keeper.order(role)));
            }
        } else {
            Order order = begin(node, role, store);
            BooleanSupplier wanted = () -> orders.get(node) == order;
            boolean joins = formerRoles != null && isFree(node, formerRoles);
            handover.beforeDemotion(requireNonNull(role.master()), wanted)
                    .thenCompose(ready -> joins
                            ? handover.beforeJoining(node, wanted)
                            : CompletableFuture.<@Nullable Void>completedFuture(null))
                    .thenRun(() -> end(node, order, () -> {
                        keeper.order(role);
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

    private void keep(NodeAddress node) {
        keepers.computeIfAbsent(node, address -> {
            Endpoint endpoint = endpoint(address);
            NodeRoleKeeper made = new NodeRoleKeeper(
                    address, endpoint, client, loop.eventLoop(), settings, () -> onMaster.accept(address));
            keepersByEndpoint.put(endpoint, made);
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
        connections.retain(used);
    }

    private Endpoint endpoint(NodeAddress node) {
        return endpoints.redis(node.value());
    }
}
