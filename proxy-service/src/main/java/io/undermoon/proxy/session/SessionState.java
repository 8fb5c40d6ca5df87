package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a client has begun and not ended: a transaction, watched keys, a command that blocks, subscriptions, tracking of keys.
 * Owned by its loop.
 */
final class SessionState {
    private static final ByteBuf UNWATCH =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("*1\r\n$7\r\nUNWATCH\r\n", StandardCharsets.US_ASCII));

    private @Nullable Transaction transaction;
    private @Nullable Watch watch;
    private @Nullable PinnedConnection blockedOn;
    private @Nullable BlockedCommand blocked;
    private @Nullable Endpoint lastNode;
    private @Nullable Subscriptions subscriptions;
    private @Nullable Tracking tracking;

    @Nullable
    Transaction transaction() {
        return transaction;
    }

    void transaction(@Nullable Transaction transaction) {
        this.transaction = transaction;
    }

    @Nullable
    Watch watch() {
        return watch;
    }

    void watch(@Nullable Watch watch) {
        this.watch = watch;
    }

    /** The command that blocks; the client's only one that waits for a reply. */
    @Nullable
    BlockedCommand blocked() {
        return blocked;
    }

    void blocked(@Nullable BlockedCommand command) {
        blocked = command;
    }

    /** Whether the client waits for a reply on a connection of its own. */
    boolean isBlocked() {
        return blocked != null || blockedOn != null;
    }

    /** The connection on which the client's watched transaction is carried out. */
    @Nullable
    PinnedConnection blockedOn() {
        return blockedOn;
    }

    void blockedOn(@Nullable PinnedConnection connection) {
        blockedOn = connection;
    }

    /** The Redis node that got the client's last command, for {@code WAIT}. */
    @Nullable
    Endpoint lastNode() {
        return lastNode;
    }

    void lastNode(Endpoint node) {
        lastNode = node;
    }

    /** What the client has subscribed to; null when that is nothing. */
    @Nullable
    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** What the client has subscribed to, to add to it. */
    Subscriptions subscriptions(ClientSession session, SubscriptionCounts counts, boolean ofPeer) {
        Subscriptions present = subscriptions;
        if (present == null) {
            present = new Subscriptions(session, counts, ofPeer);
            subscriptions = present;
        }
        return present;
    }

    void dropUnusedSubscriptions() {
        if (subscriptions != null && subscriptions.isEmpty()) {
            subscriptions = null;
        }
    }

    /** How the client is told of changed keys; null when it is not. */
    @Nullable
    Tracking tracking() {
        return tracking;
    }

    void tracking(Tracking tracking) {
        this.tracking = tracking;
    }

    /** Ends tracking if it is on; keys watched on one of its connections count as changed. */
    void endTracking() {
        Tracking present = tracking;
        if (present != null) {
            tracking = null;
            present.close();
        }
    }

    /** The client speaks another protocol from now on; no reply is owed. */
    void speak(Protocol protocol) {
        if (watch != null) {
            watch.connection().switchProtocol(protocol);
        }
        if (protocol == Protocol.RESP2) {
            endTracking();
        }
    }

    /** Whether a transaction is open, keys are watched or tracked. */
    boolean isBegun() {
        return transaction != null || watch != null || tracking != null;
    }

    /** Forgets the transaction and what is watched. */
    void endTransaction() {
        transaction = null;
        endWatch();
    }

    /** Drops what is watched. A connection only for that is closed rather than cleaned: that cannot fail. */
    void endWatch() {
        Watch ended = watch;
        if (ended != null) {
            watch = null;
            if (tracking != null && tracking.has(ended.connection())) {
                ended.connection().sendIgnoringReply(UNWATCH);
            } else {
                ended.connection().close();
            }
        }
    }

    /** The client's present command has been answered: gives the connection on which it blocked back. */
    void unblock() {
        PinnedConnection connection = blockedOn;
        blockedOn = null;
        if (connection != null) {
            giveBack(connection, true);
        }
    }

    /**
     * A command was answered on a connection: gives it back, unless it is needed for tracking.
     *
     * @param clean whether others may use it
     */
    void giveBack(PinnedConnection connection, boolean clean) {
        if (connection.isClosed() || tracking != null && tracking.has(connection)) {
            return;
        }
        if (clean) {
            connection.release();
        } else {
            connection.close();
        }
    }

    /** The client is gone: its connections end, and with them what it watches and waits for. */
    void close() {
        endTransaction();
        endTracking();
        if (blockedOn != null) {
            blockedOn.close();
            blockedOn = null;
        }
        if (blocked != null) {
            blocked.abandon();
        }
        if (subscriptions != null) {
            subscriptions.close();
        }
    }
}
