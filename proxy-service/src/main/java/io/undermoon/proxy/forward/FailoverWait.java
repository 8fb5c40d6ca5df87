package io.undermoon.proxy.forward;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps clients from seeing a failover: with active redirection a command that cannot be executed, because its node or
 * peer is not connected, nobody serves its slot, or its node is to be a master and still a replica, is not sent or
 * refused but held in its session, and with it all that follow it. It is handled again when the routes change, when the
 * connection is ready or the node a master, and at the end of the time limit, after which it gets its error. Nothing
 * that may have been executed is ever held or repeated. Owned by a loop.
 *
 * <p>The limit runs from when the connection was lost or the node was given slots, not from when a command comes:
 * while a node stays away, commands are refused at once again. A peer's commands are held for {@value #PEER_MILLIS} ms
 * in all during one outage, which covers a moment in which the peer knows newer routes than this proxy; they hold
 * others that the peer forwards.
 */
final class FailoverWait {
    private static final long PEER_MILLIS = 1000;

    private static final long PROMOTION_POLL_MILLIS = 2;

    private final SessionLoop loop;
    private final Predicate<Endpoint> isReplica;
    private final long limitNanos;
    private final Map<SharedConnection, Outage> outages = new HashMap<>();
    private @Nullable RouteTable incomplete;
    private long incompleteSinceNanos;

    /** The routes for which {@link #unpromoted} is known. */
    private @Nullable RouteTable checked;

    /** The nodes that have slots and are replicas, with the {@link System#nanoTime} at which this loop met them. */
    private final Map<Endpoint, Long> unpromoted = new HashMap<>();

    private boolean polling;

    /**
     * The wait of a loop.
     *
     * @param isReplica whether a node behind this proxy was a replica when it was last asked
     */
    FailoverWait(SessionLoop loop, Predicate<Endpoint> isReplica) {
        this.loop = loop;
        this.isReplica = isReplica;
        this.limitNanos = TimeUnit.MILLISECONDS.toNanos(loop.settings().failoverWaitMillis());
    }

    /** Whether commands wait at all. */
    boolean isOn() {
        return limitNanos > 0;
    }

    /**
     * Whether a command waits, until {@link SessionLoop#releaseHeld}.
     *
     * @param hopsLeft of the command when it came in
     */
    boolean isNeeded(ClientSession session, Topology now, Route route, @Nullable Endpoint endpoint, int hopsLeft) {
        boolean fromPeer = hopsLeft != CommandHandler.NOT_FORWARDED;
        if (endpoint == null) {
            return route == Router.NOT_SERVED && !fromPeer && isWithinLimit(now.routes());
        }
        SharedConnection connection =
                loop.connections().shared(endpoint, session.client().protocol());
        if (!connection.isReady()) {
            return isWithinLimit(connection, fromPeer);
        }
        return endpoint.kind() == Endpoint.Kind.REDIS
                && now.role() == Role.MASTER
                && awaitsPromotion(now, endpoint, fromPeer);
    }

    /** A node that takes over gets its slots and the order to be a master at once, and refuses writes until it is. */
    private boolean awaitsPromotion(Topology now, Endpoint node, boolean fromPeer) {
        if (checked != now.routes()) {
            checked = now.routes();
            findUnpromoted(now);
        }
        Long since = unpromoted.isEmpty() ? null : unpromoted.get(node);
        if (since == null) {
            return false;
        }
        if (!isReplica.test(node)) {
            unpromoted.remove(node);
            return false;
        }
        long limit = fromPeer ? Math.min(limitNanos, TimeUnit.MILLISECONDS.toNanos(PEER_MILLIS)) : limitNanos;
        if (System.nanoTime() - since >= limit) {
            return false;
        }
        if (!polling) {
            polling = true;
            loop.proxyLoop().eventLoop().schedule(this::poll, PROMOTION_POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
        return true;
    }

    private void poll() {
        polling = false;
        loop.releaseHeld();
    }

    private void findUnpromoted(Topology now) {
        Set<Endpoint> replicas = new HashSet<>();
        for (Endpoint endpoint : now.endpoints()) {
            if (endpoint.kind() == Endpoint.Kind.REDIS
                    && now.cluster().local().containsKey(new NodeAddress(endpoint.toString()))
                    && isReplica.test(endpoint)) {
                replicas.add(endpoint);
                unpromoted.putIfAbsent(endpoint, System.nanoTime());
            }
        }
        unpromoted.keySet().retainAll(replicas);
    }

    private boolean isWithinLimit(SharedConnection connection, boolean fromPeer) {
        long left = limitNanos - (System.nanoTime() - connection.unreadySinceNanos());
        if (left <= 0) {
            return false;
        }
        Outage outage = outages.get(connection);
        if (outage == null) {
            outage = new Outage(connection, left);
            outages.put(connection, outage);
        }
        return !fromPeer || outage.holdsPeers();
    }

    /** The limit on slots that nobody serves runs from when this loop first met the routes. */
    private boolean isWithinLimit(RouteTable routes) {
        if (incomplete != routes) {
            incomplete = routes;
            incompleteSinceNanos = System.nanoTime();
            releaseAfter(limitNanos);
        }
        return System.nanoTime() - incompleteSinceNanos < limitNanos;
    }

    private void releaseAfter(long nanos) {
        loop.proxyLoop().eventLoop().schedule(loop::releaseHeld, nanos, TimeUnit.NANOSECONDS);
    }

    /** A connection that is not ready while commands wait for it, until it is ready or the limit is reached. */
    private final class Outage {
        private final SharedConnection connection;

        /** Until when commands of peers wait, as {@link System#nanoTime}; null before the first. */
        private @Nullable Long peersUntilNanos;

        Outage(SharedConnection connection, long leftNanos) {
            this.connection = connection;
            follow();
            loop.proxyLoop().eventLoop().schedule(this::end, leftNanos, TimeUnit.NANOSECONDS);
        }

        /** The connection has become ready, or an attempt to connect has failed. */
        private void follow() {
            if (connection.isReady()) {
                end();
            } else {
                connection.whenWritable(this::follow);
            }
        }

        private void end() {
            outages.remove(connection, this);
            loop.releaseHeld();
        }

        boolean holdsPeers() {
            Long until = peersUntilNanos;
            if (until == null) {
                long nanos = TimeUnit.MILLISECONDS.toNanos(PEER_MILLIS);
                until = System.nanoTime() + nanos;
                peersUntilNanos = until;
                releaseAfter(nanos);
            }
            return System.nanoTime() - until < 0;
        }
    }
}
