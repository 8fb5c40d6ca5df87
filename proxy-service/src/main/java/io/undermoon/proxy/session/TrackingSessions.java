package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The clients of a loop that track keys: tells them what happens to the cluster. Without any it costs nothing. Owned by the loop. */
final class TrackingSessions {
    private static final long MAX_TICK_MILLIS = 1000;

    private final NodeConnections connections;
    private final ProxyLoop loop;
    private final TopologyStore topology;
    private final Router router;
    private final boolean activeRedirection;
    private final Set<Tracking> sessions = new LinkedHashSet<>();

    /** Whether {@link #follow} is about to run. */
    private final AtomicBoolean following = new AtomicBoolean();

    private RouteTable routes;
    private @Nullable Masters masters;
    private boolean ticking;

    TrackingSessions(NodeConnections connections, TopologyStore topology, Router router, boolean activeRedirection) {
        this.connections = connections;
        this.loop = connections.loop();
        this.topology = topology;
        this.router = router;
        this.activeRedirection = activeRedirection;
        this.routes = topology.current().routes();
        topology.onChange(next -> {
            if (following.compareAndSet(false, true)) {
                loop.execute(this::follow);
            }
        });
    }

    NodeConnections connections() {
        return connections;
    }

    void add(Tracking tracking) {
        sessions.add(tracking);
        startTicking();
    }

    void remove(Tracking tracking) {
        sessions.remove(tracking);
    }

    /**
     * Where keys may change.
     *
     * @param forPeer whether only the nodes behind this proxy count
     */
    List<Endpoint> masters(boolean forPeer) {
        List<Endpoint> endpoints = new ArrayList<>();
        Masters known = masters;
        if (known == null || known.topology() != topology.current()) {
            known = Masters.of(topology.current(), topology.self());
            masters = known;
        }
        for (Target owner : known.owners(activeRedirection && !forPeer)) {
            endpoints.add(router.endpoint(owner));
        }
        return endpoints;
    }

    private void follow() {
        following.set(false);
        Topology now = topology.current();
        RouteTable before = routes;
        routes = now.routes();
        if (!sessions.isEmpty() && routes != before) {
            boolean ownersChanged = !routes.hasSameOwnersAs(before);
            List.copyOf(sessions).forEach(tracking -> tracking.follow(now.endpoints(), ownersChanged));
        }
    }

    private void startTicking() {
        if (!ticking) {
            ticking = true;
            long period = Math.max(1, Math.min(MAX_TICK_MILLIS, loop.settings().replyTimeoutMillis() / 2));
            loop.eventLoop().schedule(this::tick, period, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        if (loop.eventLoop().isShuttingDown()) {
            return;
        }
        long now = System.nanoTime();
        long limit = TimeUnit.MILLISECONDS.toNanos(loop.settings().replyTimeoutMillis());
        List.copyOf(sessions).forEach(tracking -> tracking.tick(now, limit));
        if (!sessions.isEmpty()) {
            startTicking();
        }
    }
}
