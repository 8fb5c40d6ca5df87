package io.undermoon.proxy.tracking;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.forward.Forwarder;
import io.undermoon.proxy.gather.Masters;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The clients of a loop that track keys: tells them of changes of the topology. Costs nothing without any. Owned by the
 * loop.
 */
final class TrackingSessions {
    private static final long MAX_TICK_MILLIS = 1000;

    private final NodeConnections connections;
    private final ClientRegistry clients;
    private final ProxyLoop loop;
    private final TopologyStore topology;
    private final Function<Role, Masters> masters;
    private final Forwarder forwarder;
    private final boolean activeRedirection;
    private final Set<Tracking> sessions = new LinkedHashSet<>();

    /** Whether {@link #follow} is about to run; changes until then need no further run. */
    private final AtomicBoolean following = new AtomicBoolean();

    private RouteTable routes;
    private boolean ticking;

    TrackingSessions(
            SessionLoop sessionLoop, TopologyStore topology, Function<Role, Masters> masters, Forwarder forwarder) {
        this.connections = sessionLoop.connections();
        this.clients = sessionLoop.clients();
        this.loop = sessionLoop.proxyLoop();
        this.topology = topology;
        this.masters = masters;
        this.forwarder = forwarder;
        this.activeRedirection = sessionLoop.settings().activeRedirection();
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

    /** The clients of all loops. */
    ClientRegistry clients() {
        return clients;
    }

    void add(Tracking tracking) {
        sessions.add(tracking);
        startTicking();
    }

    void remove(Tracking tracking) {
        sessions.remove(tracking);
    }

    /**
     * The endpoints at which keys change.
     *
     * @param role in which the client is served
     * @param forPeer whether only the nodes behind this proxy count
     */
    List<Endpoint> masters(Role role, boolean forPeer) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Route.Send owner : masters.apply(role).owners(activeRedirection && !forPeer)) {
            endpoints.add(forwarder.endpoint(owner));
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
