package io.undermoon.proxy.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.NodeRuns;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.SessionInitializer;
import io.undermoon.proxy.session.SessionLoops;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops, their connections to backends, and the listening sockets. Plain Java; made once, started once,
 * closed once.
 */
public final class DataPlane implements AutoCloseable {
    private static final long GRACE_SECONDS = 5;
    private static final Duration NO_GRACE = Duration.ZERO;

    private final Transport transport;
    private final Lease lease;
    private final EventLoopGroup group;
    private final List<NodeConnections> connections = new ArrayList<>();
    private final EventLoopGroup controlGroup;
    private final NodeConnections controlConnections;
    private final NodeConnections migrationConnections;
    private final SessionLoops.Connections sessionLoops;
    private final ProxyStats stats;
    private @Nullable ProxyListener listener;

    /**
     * @param threads event loops; 0 for one per processor
     * @param runs the runs of nodes that may serve clients and take part in migrations
     * @param commandCount size of the command table
     * @param lease under which clients' commands are sent
     */
    public DataPlane(
            Transport transport, int threads, BackendSettings settings, NodeRuns runs, int commandCount, Lease lease) {
        this.transport = transport;
        this.lease = lease;
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        this.group = transport.newEventLoopGroup(count);
        List<LoopStats> loopStats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LoopStats counters = new LoopStats(commandCount);
            loopStats.add(counters);
            connections.add(connections(group, settings, Access.CLIENTS, runs, counters));
        }
        this.controlGroup = transport.newEventLoopGroup(3);
        this.controlConnections =
                connections(controlGroup, settings, Access.PROXY, NodeRuns.ALL, new LoopStats(commandCount));
        this.migrationConnections =
                connections(controlGroup, settings, Access.PROXY, runs, new LoopStats(commandCount));
        this.sessionLoops = new SessionLoops.Connections(
                sessionConnections(controlGroup, settings, loopStats, commandCount),
                sessionConnections(controlConnections.loop().eventLoop(), settings, loopStats, commandCount),
                List.copyOf(connections));
        this.stats = new ProxyStats(loopStats);
    }

    /** Of a loop whose sessions send nothing to nodes. */
    private NodeConnections sessionConnections(
            EventLoopGroup loops, BackendSettings settings, List<LoopStats> loopStats, int commandCount) {
        LoopStats counters = new LoopStats(commandCount);
        loopStats.add(counters);
        return connections(loops, settings, Access.CLIENTS, NodeRuns.ALL, counters);
    }

    private NodeConnections connections(
            EventLoopGroup loops, BackendSettings settings, Access access, NodeRuns runs, LoopStats counters) {
        ProxyLoop loop = new ProxyLoop((EventLoop) loops.next(), transport, settings, counters, runs, lease);
        return new NodeConnections(loop, access);
    }

    /** The counters of all loops. */
    public ProxyStats stats() {
        return stats;
    }

    /** The loops on which sessions live. */
    public SessionLoops.Connections sessionLoops() {
        return sessionLoops;
    }

    /** The connections of the loop for the proxy's own commands to its nodes; it serves no clients. */
    public NodeConnections controlConnections() {
        return controlConnections;
    }

    /** The connections of the loop on which slots are migrated; it serves no clients. */
    public NodeConnections migrationConnections() {
        return migrationConnections;
    }

    /** The connections of each loop that serves clients. */
    public List<NodeConnections> connections() {
        return List.copyOf(connections);
    }

    /**
     * Whether every event loop runs a task within a time. Not to be called on one of them.
     *
     * @param limit for all together
     */
    boolean isAlive(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        List<Future<?>> tasks = new ArrayList<>();
        for (EventLoopGroup loops : List.of(group, controlGroup)) {
            loops.forEach(loop -> tasks.add(loop.submit(() -> {})));
        }
        return tasks.stream()
                .allMatch(task ->
                        task.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
    }

    /** Disconnects the clients that wait for replies which do not count any more, because the lease was over. */
    public void followLease() {
        connections.forEach(each -> each.loop().execute(each::endUnlessAnswering));
    }

    /** Has the connections to nodes and peers follow the routes. */
    public void follow(TopologyStore topology) {
        topology.onChange(this::follow);
    }

    /**
     * Begins to serve clients.
     *
     * @throws IllegalStateException an address cannot be listened on
     */
    public void start(List<ListenPoint> points, SessionInitializer sessions) {
        ProxyListener made =
                new ProxyListener(transport, sessionLoops.acceptor().loop().eventLoop(), sessions);
        listener = made;
        points.forEach(made::listen);
    }

    /** Connects to the endpoints of the new routes, and closes the connections to the rest. */
    private void follow(Topology topology) {
        for (NodeConnections each : connections) {
            each.loop().execute(() -> {
                // What was sent for a cluster is held as that wanted it, also when this proxy has left it.
                if (topology.clusterName() != null) {
                    each.acks().want(topology.minReplicaAcks());
                }
                each.retain(topology.endpoints());
                each.leaveSilentPeers(peer -> topology.hasSlots(new ProxyAddress(peer.toString())));
                topology.endpoints().stream()
                        .filter(endpoint -> endpoint.kind() == Endpoint.Kind.REDIS)
                        .forEach(each::shared);
            });
        }
    }

    /** Stops accepting, closes every connection and ends the loops. */
    @Override
    public void close() {
        close(NO_GRACE);
    }

    /**
     * Serves no new clients, waits for the replies to commands in flight, closes every connection and ends the loops.
     * Who listens at an address may still answer somebody, so the sockets are closed last.
     */
    public void close(Duration grace) {
        if (listener != null) {
            listener.drain(grace);
            listener.close();
        }
        connections.forEach(DataPlane::closeAll);
        closeAll(controlConnections);
        closeAll(migrationConnections);
        closeAll(sessionLoops.control());
        closeAll(sessionLoops.acceptor());
        controlGroup.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        group.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static void closeAll(NodeConnections connections) {
        connections.loop().eventLoop().submit(connections::close).awaitUninterruptibly(GRACE_SECONDS, TimeUnit.SECONDS);
    }
}
