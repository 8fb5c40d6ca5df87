package io.undermoon.proxy.session;

import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * What a client has begun and not ended: a transaction, watched keys, a command that blocks, subscriptions.
 * Owned by its loop.
 */
final class SessionState {
    private @Nullable Transaction transaction;
    private @Nullable Watch watch;
    private @Nullable PinnedConnection blockedOn;
    private @Nullable Endpoint lastNode;
    private @Nullable Subscriptions subscriptions;

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

    /** The connection on which the client's present command blocks. */
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

    /** The client speaks another protocol from now on; no reply is owed. */
    void speak(Protocol protocol) {
        if (watch != null) {
            watch.connection().speak(protocol);
        }
    }

    /** Whether a transaction is open or keys are watched. */
    boolean isBegun() {
        return transaction != null || watch != null;
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
            ended.connection().close();
        }
    }

    /** The client's present command has been answered: gives the connection on which it blocked back. */
    void unblock() {
        PinnedConnection connection = blockedOn;
        blockedOn = null;
        if (connection != null && !connection.isClosed()) {
            connection.release();
        }
    }

    /** The client is gone: its connections end, and with them what it watches and waits for. */
    void close() {
        endTransaction();
        if (blockedOn != null) {
            blockedOn.close();
            blockedOn = null;
        }
        if (subscriptions != null) {
            subscriptions.close();
        }
    }
}
