package io.undermoon.proxy.server;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.SessionInitializer;
import io.undermoon.proxy.session.SessionServices;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The event loops, their connections to backends, and the listening sockets. Plain Java; made once, started once,
 * closed once.
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
    private volatile @Nullable SessionInitializer sessions;

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

    /** The loop for the proxy's own commands to its nodes; it serves no clients. */
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

    /**
     * Begins to serve clients and to follow the topology.
     *
     * @throws IllegalStateException the address cannot be listened on
     */
    public void start(HostPort address, SessionServices services) {
        start(List.of(ListenPoint.plain(address)), services);
    }

    /**
     * Begins to serve clients and to follow the topology.
     *
     * @throws IllegalStateException an address cannot be listened on
     */
    public void start(List<ListenPoint> points, SessionServices services) {
        services.topology().onChange(this::follow);
        SessionInitializer initializer = new SessionInitializer(loops, services);
        ProxyListener made = new ProxyListener(transport, group, initializer);
        listener = made;
        sessions = initializer;
        points.forEach(point ->
                made.listen(point, loops.stream().map(ProxyLoop::eventLoop).toList()));
    }

    /**
     * Unblocks the clients that wait in {@code BLPOP} and the like for certain slots; from any thread. Completes when
     * their replies are in; commands without a result are dispatched again thereafter, as if they had just come.
     */
    public CompletionStage<@Nullable Void> unblock(IntPredicate slots) {
        SessionInitializer started = sessions;
        return started == null ? CompletableFuture.completedFuture(null) : started.unblock(slots);
    }

    /** Connects to the endpoints of the new routes, and closes the connections to the rest. */
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

    /** Stops accepting, waits for the replies to commands in flight, closes every connection and ends the loops. */
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
