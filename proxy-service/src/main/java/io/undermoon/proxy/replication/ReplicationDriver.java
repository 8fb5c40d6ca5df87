package io.undermoon.proxy.replication;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.backend.BackendQuery;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
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
 * Gives the Redis nodes behind this proxy the roles that {@code SETREPL} names, at once, and sees to it that they keep them; watches
 * the nodes from the start, before anybody named a role. Roles are left as they are until then, and when a message no longer
 * mentions a node.
 *
 * <p>Works on the control loop; {@link #statuses} is for any thread.
 */
public final class ReplicationDriver implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReplicationDriver.class);
    private static final long CLOSE_SECONDS = 5;

    private final NodeConnections connections;
    private final ProxyLoop loop;
    private final BackendQuery query;
    private final Endpoints endpoints;
    private final ReplicationSettings settings;
    private final Set<NodeAddress> ownNodes;
    private final Map<NodeAddress, NodeWatch> watches = new ConcurrentSkipListMap<>();
    private final Map<Endpoint, NodeWatch> watchesByEndpoint = new ConcurrentHashMap<>();
    private @Nullable SetRepl followed;
    private boolean closed;

    /**
     * @param connections of the control loop
     * @param ownNodes watched from the start; may be empty
     */
    public ReplicationDriver(
            NodeConnections connections, Endpoints endpoints, ReplicationSettings settings, Set<NodeAddress> ownNodes) {
        this.connections = connections;
        this.loop = connections.loop();
        this.query = new BackendQuery(connections);
        this.endpoints = endpoints;
        this.settings = settings;
        this.ownNodes = Set.copyOf(ownNodes);
        ownNodes.forEach(this::watch);
    }

    /** Begins to watch the nodes and to follow what the proxy is told. */
    public void start(TopologyStore topology) {
        loop.execute(() -> watches.values().forEach(NodeWatch::start));
        topology.onChange(now -> loop.execute(() -> follow(now, topology)));
    }

    /** The nodes in the order of their addresses. */
    public List<NodeStatus> statuses() {
        return watches.values().stream().map(NodeWatch::status).toList();
    }

    /** Whether the node serves the data it should: it has its role, is not loading, and, being a replica, follows its master. */
    public boolean isSettled(Endpoint node) {
        NodeWatch watch = watchesByEndpoint.get(node);
        return watch != null && watch.status().isSettled();
    }

    /** Leaves the nodes alone, in the roles they have. To be called while the loop still runs, from another thread. */
    @Override
    public void close() {
        loop.eventLoop()
                .submit(() -> {
                    closed = true;
                    watches.values().forEach(NodeWatch::stop);
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
        for (SetRepl.Entry entry : message.entries()) {
            WantedRole role = WantedRole.of(entry);
            if (role == null) {
                LOG.warnf(
                        "epoch=%s proxy=%s node=%s is to be a replica of nobody; it is left as it is",
                        message.epoch(), store.self(), entry.node());
            } else {
                roles.put(entry.node(), role);
            }
            watch(entry.node());
        }
        forgetOthers(message);
        watches.forEach((node, watch) -> {
            WantedRole role = roles.get(node);
            if (!Objects.equals(role, watch.status().wanted())) {
                LOG.infof("epoch=%s proxy=%s node=%s is to be %s", message.epoch(), store.self(), node, role);
            }
            watch.told(role);
        });
    }

    private void watch(NodeAddress node) {
        watches.computeIfAbsent(node, address -> {
            Endpoint endpoint = endpoint(address);
            NodeWatch made = new NodeWatch(address, new NodeClient(query, endpoint), loop.eventLoop(), settings);
            watchesByEndpoint.put(endpoint, made);
            return made;
        });
    }

    private void forgetOthers(SetRepl message) {
        Set<NodeAddress> kept = new HashSet<>(ownNodes);
        message.entries().forEach(entry -> kept.add(entry.node()));
        Set<NodeAddress> gone = new HashSet<>(watches.keySet());
        gone.removeAll(kept);
        if (gone.isEmpty()) {
            return;
        }
        for (NodeAddress node : gone) {
            NodeWatch watch = watches.remove(node);
            if (watch != null) {
                watchesByEndpoint.remove(endpoint(node));
                watch.stop();
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
