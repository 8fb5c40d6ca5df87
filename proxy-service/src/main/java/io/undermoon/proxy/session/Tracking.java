package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT TRACKING} of one client. While it is on, the client has a connection of its own to every node and peer that it
 * sends commands to, with the same options set there, and all its commands go that way: Redis tracks what a connection has read.
 * Messages about changed keys that come on these connections are the client's; they never overtake a reply.
 *
 * <p>What it guarantees: nothing stale stays. Whenever messages may have been missed, because a connection ended or slots have
 * another owner, the client is told to forget all it has kept ({@code invalidate} with null). In broadcast mode there is a
 * connection to every master at all times. Owned by the client's loop.
 */
final class Tracking {
    private static final Logger LOG = Logger.getLogger(Tracking.class);
    private static final ByteBuf FORGET_ALL = constant(">2\r\n$10\r\ninvalidate\r\n_\r\n");
    private static final ByteBuf OK = constant("+OK\r\n");

    private final ClientSession session;
    private final TrackingSessions sessions;
    private final boolean forPeer;
    private final Map<Endpoint, TrackingLink> links = new HashMap<>();
    private final OutputGuard guard = new OutputGuard();
    private TrackingOptions options;
    private boolean caching;

    /**
     * @param forPeer whether the client is a proxy that tracks the nodes behind this one for its own client
     */
    Tracking(ClientSession session, TrackingSessions sessions, boolean forPeer, TrackingOptions options) {
        this.session = session;
        this.sessions = sessions;
        this.forPeer = forPeer;
        this.options = options;
        sessions.add(this);
    }

    TrackingOptions options() {
        return options;
    }

    /** Begins, or changes how. The reply takes its place among the client's when everybody who has to know knows. */
    void begin(TrackingRequest.On request, int commandId) {
        options = request.merged();
        session.client().trackingFlags(options.broadcast() ? "tB" : "t");
        Watch watch = session.state().watch();
        if (watch != null
                && !watch.connection().isClosed()
                && !links.containsKey(watch.connection().endpoint())) {
            links.put(watch.connection().endpoint(), new TrackingLink(this, watch.connection()));
        }
        Set<Endpoint> asked = new LinkedHashSet<>(links.keySet());
        if (options.broadcast()) {
            asked.addAll(sessions.masters(forPeer));
        }
        Joining joining = new Joining(session.expectReply(commandId), asked.size());
        session.awaitReplies();
        for (Endpoint endpoint : asked) {
            TrackingLink link = links.get(endpoint);
            TrackingOptions wanted = request.asked();
            if (link == null) {
                link = open(endpoint);
                wanted = options;
            }
            if (link == null) {
                joining.answered(Courier.TOO_MANY);
                return;
            }
            link.join(wanted, isPeer(endpoint), joining::answered);
        }
        joining.answeredAll();
    }

    /** The client's connection to an endpoint, for its present command; null when too many are taken. */
    @Nullable
    PinnedConnection connection(Endpoint endpoint) {
        TrackingLink link = links.get(endpoint);
        if (link == null) {
            link = join(endpoint);
        }
        if (link == null) {
            return null;
        }
        announce(link.connection());
        return link.connection();
    }

    /** Tells the node that {@code CLIENT CACHING} was said of the command that follows. */
    void announce(PinnedConnection connection) {
        if (caching) {
            connection.sendIgnoringReply(options.cachingCommand());
        }
    }

    boolean isCaching() {
        return caching;
    }

    /** {@code CLIENT CACHING} was said of the next command. */
    void cacheNext() {
        caching = true;
    }

    /** A command was taken: what was said of it holds no longer, but for the commands of a transaction. */
    void commandTaken() {
        if (caching
                && session.state().transaction() == null
                && !session.client().lastCommand().startsWith("client|")) {
            caching = false;
        }
    }

    /** Whether a connection is one of these, so that it is not to be given back or ended. */
    boolean has(PinnedConnection connection) {
        TrackingLink link = links.get(connection.endpoint());
        return link != null && link.connection() == connection;
    }

    /** Tracking ends, without a word to the client. */
    void close() {
        sessions.remove(this);
        session.client().trackingFlags("");
        List<TrackingLink> all = List.copyOf(links.values());
        links.clear();
        all.forEach(TrackingLink::close);
    }

    /** Passes a message about changed keys on. */
    void push(ByteBuf in, int from, int to) {
        long waiting = session.push(in, from, to);
        if (guard.isExceeded(session.limits().now().output().pubsub(), waiting, session.nowNanos())) {
            LOG.warnf(
                    "client=%s closed: it does not take the messages about changed keys, %d bytes wait",
                    session.client().remoteAddress(), waiting);
            session.client().close();
        }
    }

    /** A connection is gone, and with it the knowledge of what was read on it. */
    void lost(TrackingLink link) {
        links.remove(link.connection().endpoint(), link);
        if (link.hasJoined()) {
            forgetAll();
        }
    }

    /**
     * The topology changed: what was read from former owners of slots, or from nodes that have left, is not tracked any more.
     *
     * @param known everything that the routes lead to now
     */
    void follow(Set<Endpoint> known, boolean ownersChanged) {
        boolean missed = ownersChanged;
        for (TrackingLink link : List.copyOf(links.values())) {
            if (!known.contains(link.connection().endpoint())) {
                links.remove(link.connection().endpoint());
                link.retire();
                missed = true;
            }
        }
        if (missed) {
            forgetAll();
            joinMissing();
        }
    }

    /** What is due from time to time. */
    void tick(long nowNanos, long limitNanos) {
        PinnedConnection blocked = session.state().blockedOn();
        for (TrackingLink link : List.copyOf(links.values())) {
            if (link.connection() != blocked) {
                link.probe(nowNanos, limitNanos);
            }
        }
        joinMissing();
    }

    private void joinMissing() {
        if (options.broadcast()) {
            for (Endpoint master : sessions.masters(forPeer)) {
                if (!links.containsKey(master)) {
                    join(master);
                }
            }
        }
    }

    /** Opens a connection that commands may be sent on at once: should the other side refuse to track, it refuses them too. */
    private @Nullable TrackingLink join(Endpoint endpoint) {
        TrackingLink link = open(endpoint);
        if (link != null) {
            link.join(options, isPeer(endpoint), error -> {
                if (error == null && options.broadcast()) {
                    forgetAll();
                }
            });
        }
        return link;
    }

    private @Nullable TrackingLink open(Endpoint endpoint) {
        PinnedConnection connection = sessions.connections().pin(endpoint, Protocol.RESP3);
        if (connection == null) {
            return null;
        }
        TrackingLink link = new TrackingLink(this, connection);
        links.put(endpoint, link);
        return link;
    }

    private void forgetAll() {
        push(FORGET_ALL, 0, FORGET_ALL.writerIndex());
    }

    private static boolean isPeer(Endpoint endpoint) {
        return endpoint.kind() == Endpoint.Kind.PEER;
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    /** Answers the client when all have answered, or one has refused; then tracking is off. */
    private final class Joining {
        private final PendingReply reply;
        private int missing;
        private boolean over;

        Joining(PendingReply reply, int missing) {
            this.reply = reply;
            this.missing = missing;
        }

        void answered(@Nullable String error) {
            if (over) {
                return;
            }
            if (error != null) {
                over = true;
                if (links.values().stream().anyMatch(TrackingLink::hasJoined)) {
                    forgetAll();
                }
                session.state().endTracking();
                reply.fail(new BackendFailure(error));
                return;
            }
            missing--;
            answeredAll();
        }

        void answeredAll() {
            if (!over && missing == 0) {
                over = true;
                reply.reply(OK, 0, OK.writerIndex(), true);
            }
        }
    }
}
