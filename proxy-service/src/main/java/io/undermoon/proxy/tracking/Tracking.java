package io.undermoon.proxy.tracking;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.session.ClientSession;
import io.undermoon.proxy.session.FeatureKind;
import io.undermoon.proxy.session.PendingReply;
import io.undermoon.proxy.session.SessionFeature;
import io.undermoon.proxy.transaction.Transaction;
import io.undermoon.proxy.transaction.Watch;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT TRACKING} of one client. While it is on, the client has connections of its own to all nodes and peers
 * that it sends commands to, with the same options set there: Redis tracks what a connection has read. The invalidation
 * messages on these connections are passed to the client; they never overtake a reply.
 *
 * <p>Nothing stale stays in the client's cache: whenever messages may have been missed, because a connection ended or
 * slots have another owner, the client is told to drop all it has cached ({@code invalidate} with null). In broadcast
 * mode there is a connection to every master at all times. With {@code REDIRECT} another client is told instead. Owned
 * by the client's loop.
 */
final class Tracking implements SessionFeature {
    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ClientSession session;
    private final TrackingSessions sessions;
    private final boolean forPeer;
    private final Invalidations invalidations;
    private final Map<Endpoint, TrackingLink> links = new HashMap<>();
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
        this.invalidations = new Invalidations(session, sessions.clients());
        sessions.add(this);
    }

    /** The tracking of a session; null if it is off. */
    static @Nullable Tracking of(ClientSession session) {
        return (Tracking) session.features().get(FeatureKind.TRACKING);
    }

    @Override
    public FeatureKind kind() {
        return FeatureKind.TRACKING;
    }

    TrackingOptions options() {
        return options;
    }

    /**
     * Begins tracking or changes its options. The client is answered when all nodes that have to know have confirmed.
     */
    void begin(TrackingRequest.On request, int commandId) {
        options = request.merged();
        invalidations.redirect(options.redirect());
        showFlags();
        Watch watch = Watch.of(session);
        PinnedConnection watching = watch == null || watch.connection().isClosed() ? null : watch.connection();
        Set<Endpoint> asked = new LinkedHashSet<>(links.keySet());
        if (watching != null) {
            asked.add(watching.endpoint());
        }
        if (options.broadcast()) {
            asked.addAll(sessions.masters(session.client().role(), forPeer));
        }
        Joining joining = new Joining(session.expectReply(commandId), asked.size());
        session.awaitReplies();
        for (Endpoint endpoint : asked) {
            TrackingLink link = links.get(endpoint);
            TrackingOptions wanted = request.asked();
            if (link == null) {
                link = watching != null && watching.endpoint().equals(endpoint) ? link(watching) : open(endpoint);
                wanted = options;
            }
            if (link == null) {
                joining.answered(BackendFailure.TOO_MANY_PINNED.message());
                return;
            }
            link.join(wanted, isPeer(endpoint), joining::answered);
        }
        joining.answeredAll();
    }

    /**
     * The client speaks another protocol, and its connections with it. All replies are in. Connections on which the
     * messages come, too, are of no use in RESP2.
     */
    void protocolChanged() {
        Protocol now = session.client().protocol();
        boolean missed = false;
        for (TrackingLink link : List.copyOf(links.values())) {
            if (now == Protocol.RESP3 || link.hasOwnForMessages()) {
                link.connection().switchProtocol(now);
            } else {
                links.remove(link.connection().endpoint());
                link.close();
                missed = true;
            }
        }
        if (missed) {
            invalidateAll();
            joinMissing();
        }
    }

    /** Appends the reply to {@code CLIENT TRACKINGINFO}. */
    void writeInfo(Protocol protocol, ByteBuf out) {
        options.writeInfo(protocol, caching, invalidations.isBroken(), out);
    }

    private void showIfBroken() {
        if (invalidations.isBroken()) {
            showFlags();
        }
    }

    private void showFlags() {
        String flags = "t" + (invalidations.isBroken() ? "R" : "") + (options.broadcast() ? "B" : "");
        session.client().tracking(flags, options.redirect());
    }

    /** The client's connection to an endpoint, on which its present command is sent next. */
    @Override
    public NodeConnection connectionTo(Endpoint endpoint) {
        TrackingLink link = links.get(endpoint);
        if (link == null) {
            link = join(endpoint);
        }
        if (link == null) {
            return new RefusedConnection(endpoint);
        }
        if (caching) {
            link.connection().sendIgnoringReply(options.cachingCommand());
        }
        return link.connection();
    }

    /** {@code CLIENT CACHING} was said of the next command. */
    void cacheNext() {
        caching = true;
    }

    /** A command was handled: {@code CLIENT CACHING} was for it alone, or for the whole of a transaction. */
    void commandTaken() {
        if (caching
                && Transaction.of(session) == null
                && !session.client().lastCommand().startsWith("client|")) {
            caching = false;
        }
    }

    @Override
    public boolean uses(PinnedConnection connection) {
        TrackingLink link = links.get(connection.endpoint());
        return link != null && link.connection() == connection;
    }

    @Override
    public void close() {
        sessions.remove(this);
        session.client().tracksNothing();
        List<TrackingLink> all = List.copyOf(links.values());
        links.clear();
        all.forEach(TrackingLink::close);
    }

    /** Passes an invalidation message on. */
    void push(ByteBuf in, int from, int to) {
        invalidations.pass(in, from, to);
        showIfBroken();
    }

    /** A connection is gone: what was read on it is not tracked any more. */
    void lost(TrackingLink link) {
        links.remove(link.connection().endpoint(), link);
        if (link.hasJoined()) {
            invalidateAll();
        }
    }

    /**
     * The topology has changed: what was read from former owners of slots, or from nodes that have left, is not tracked
     * any more.
     *
     * @param known all endpoints of the routes
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
            invalidateAll();
            joinMissing();
        }
    }

    /** Probes the connections and, in broadcast mode, opens those that are missing. */
    void tick(long nowNanos, long limitNanos) {
        for (TrackingLink link : List.copyOf(links.values())) {
            boolean used = session.isBlocked() && isUsedOtherwise(link.connection());
            link.probe(used, nowNanos, limitNanos);
        }
        joinMissing();
    }

    /** Whether the connection is that of watched keys or of a blocking command, which may be busy for long. */
    private boolean isUsedOtherwise(PinnedConnection connection) {
        SessionFeature watch = session.features().get(FeatureKind.WATCH);
        SessionFeature blocked = session.features().get(FeatureKind.BLOCKED);
        return watch != null && watch.uses(connection) || blocked != null && blocked.uses(connection);
    }

    private void joinMissing() {
        if (options.broadcast()) {
            for (Endpoint master : sessions.masters(session.client().role(), forPeer)) {
                if (!links.containsKey(master)) {
                    join(master);
                }
            }
        }
    }

    /**
     * Opens a connection. Commands may be sent on it at once: if the other side refuses to track, it is closed before
     * them.
     */
    private @Nullable TrackingLink join(Endpoint endpoint) {
        TrackingLink link = open(endpoint);
        if (link != null) {
            link.join(options, isPeer(endpoint), error -> {
                if (error == null && options.broadcast()) {
                    invalidateAll();
                }
            });
        }
        return link;
    }

    private @Nullable TrackingLink open(Endpoint endpoint) {
        PinnedConnection connection =
                sessions.connections().pin(endpoint, session.client().protocol());
        if (connection == null) {
            return null;
        }
        TrackingLink link = link(connection);
        if (link == null) {
            connection.close();
        }
        return link;
    }

    private @Nullable TrackingLink link(PinnedConnection connection) {
        PinnedConnection messages = null;
        if (connection.protocol() == Protocol.RESP2 || options.redirect() != Invalidations.NO_REDIRECT) {
            messages = sessions.connections().pin(connection.endpoint(), Protocol.RESP3);
            if (messages == null) {
                return null;
            }
        }
        TrackingLink link = new TrackingLink(this, connection, messages);
        links.put(connection.endpoint(), link);
        return link;
    }

    private void invalidateAll() {
        invalidations.passAll();
        showIfBroken();
    }

    private static boolean isPeer(Endpoint endpoint) {
        return endpoint.kind() == Endpoint.Kind.PEER;
    }

    /** Answers the client when all nodes have confirmed, or ends tracking when one has refused. */
    private final class Joining {
        private final PendingReply reply;
        private int missing;
        private boolean ended;

        Joining(PendingReply reply, int missing) {
            this.reply = reply;
            this.missing = missing;
        }

        void answered(@Nullable String error) {
            if (ended) {
                return;
            }
            if (error != null) {
                ended = true;
                if (links.values().stream().anyMatch(TrackingLink::hasJoined)) {
                    invalidateAll();
                }
                session.features().close(FeatureKind.TRACKING);
                reply.fail(new BackendFailure(error));
                return;
            }
            missing--;
            answeredAll();
        }

        void answeredAll() {
            if (!ended && missing == 0) {
                ended = true;
                reply.reply(Unpooled.wrappedBuffer(OK), 0, OK.length, true);
            }
        }
    }
}
