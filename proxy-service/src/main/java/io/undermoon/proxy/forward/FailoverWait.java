package io.undermoon.proxy.forward;

import io.undermoon.proxy.backend.SharedConnection;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.RouteTable;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.CommandHandler;
import io.undermoon.proxy.session.SessionLoop;
import io.undermoon.proxy.topology.Topology;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps clients from seeing a failover: with active redirection a command that cannot be sent, because its node or peer
 * is not connected or nobody serves its slot, is not refused but held in its session, and with it all that follow it.
 * It is handled again when the routes change, when the connection is ready, and at the end of the time limit, after
 * which it is refused. Nothing that may have been executed is ever held or repeated. Owned by a loop.
 *
 * <p>The limit runs from when the connection was lost, not from when a command comes: while a node stays away, commands
 * are refused at once again. A peer's commands are held for {@value #PEER_MILLIS} ms in all during one outage, which
 * covers a moment in which the peer knows newer routes than this proxy; they hold others that the peer forwards.
 */
final class FailoverWait {
    private static final long PEER_MILLIS = 1000;

    private final SessionLoop loop;
    private final long limitNanos;
    private final Map<SharedConnection, Outage> outages = new HashMap<>();
    private @Nullable RouteTable incomplete;
    private long incompleteSinceNanos;

    /** The wait of a loop. */
    FailoverWait(SessionLoop loop) {
        this.loop = loop;
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
        return !connection.isReady() && isWithinLimit(connection, fromPeer);
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
