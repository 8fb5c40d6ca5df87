package io.undermoon.proxy.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.SessionInitializer;
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
 * All that serves clients: the event loops, their connections to backends, and the listening sockets. Plain Java; made once,
 * started once, closed once.
 */
public final class DataPlane implements AutoCloseable {
    private static final long GRACE_SECONDS = 5;
    private static final Duration NO_GRACE = Duration.ZERO;

    private final Transport transport;
    private final EventLoopGroup group;
    private final List<ProxyLoop> loops = new ArrayList<>();
    private final EventLoopGroup controlGroup;
    private final ProxyLoop controlLoop;
    private final ProxyLoop migrationLoop;
    private final ProxyStats stats;
    private @Nullable ProxyListener listener;

    /**
     * @param threads event loops; 0 for one per processor
     * @param commandCount size of the command table
     */
    public DataPlane(Transport transport, int threads, BackendSettings settings, int commandCount) {
        this.transport = transport;
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        this.group = transport.newEventLoopGroup(count);
        List<LoopStats> loopStats = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LoopStats counters = new LoopStats(commandCount);
            loopStats.add(counters);
            loops.add(new ProxyLoop((EventLoop) group.next(), transport, settings, counters));
        }
        this.controlGroup = transport.newEventLoopGroup(2);
        this.controlLoop =
                new ProxyLoop((EventLoop) controlGroup.next(), transport, settings, new LoopStats(commandCount));
        this.migrationLoop =
                new ProxyLoop((EventLoop) controlGroup.next(), transport, settings, new LoopStats(commandCount));
        this.stats = new ProxyStats(loopStats);
    }

    /** The counters of all loops. */
    public ProxyStats stats() {
        return stats;
    }

    /** The loop for what the proxy itself asks its nodes; it serves no clients. */
    public ProxyLoop controlLoop() {
        return controlLoop;
    }

    /** The loop on which slots are moved; it serves no clients. */
    public ProxyLoop migrationLoop() {
        return migrationLoop;
    }

    public List<ProxyLoop> loops() {
        return List.copyOf(loops);
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
        ProxyListener made = new ProxyListener(transport, group, sessions);
        listener = made;
        points.forEach(point ->
                made.listen(point, loops.stream().map(ProxyLoop::eventLoop).toList()));
    }

    /** Connects to what the new routes lead to, and lets go of the rest. */
    private void follow(Topology topology) {
        for (ProxyLoop loop : loops) {
            loop.execute(() -> {
                loop.retainBackends(topology.endpoints());
                topology.endpoints().stream()
                        .filter(endpoint -> endpoint.kind() == Endpoint.Kind.REDIS)
                        .forEach(loop::backend);
            });
        }
    }

    /** Stops accepting, closes every connection and ends the loops. */
    @Override
    public void close() {
        close(NO_GRACE);
    }

    /** Stops accepting, gives clients the replies they wait for, closes every connection and ends the loops. */
    public void close(Duration grace) {
        if (listener != null) {
            listener.close();
            listener.drain(grace);
        }
        for (ProxyLoop loop : loops) {
            loop.eventLoop().submit(loop::closeBackends).awaitUninterruptibly(GRACE_SECONDS, TimeUnit.SECONDS);
        }
        for (ProxyLoop loop : List.of(controlLoop, migrationLoop)) {
            loop.eventLoop().submit(loop::closeBackends).awaitUninterruptibly(GRACE_SECONDS, TimeUnit.SECONDS);
        }
        controlGroup.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        group.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
