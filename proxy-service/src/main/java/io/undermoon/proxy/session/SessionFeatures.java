package io.undermoon.proxy.session;

import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * The {@link SessionFeature}s that a session has in use, at most one of each kind, and the one answer to the question
 * which connection a command of the session takes. Owned by the session's loop.
 */
public final class SessionFeatures {
    private final NodeConnections connections;
    private final Client client;
    private final @Nullable SessionFeature[] features = new SessionFeature[FeatureKind.COUNT];
    private int count;

    SessionFeatures(NodeConnections connections, Client client) {
        this.connections = connections;
        this.client = client;
    }

    /** The feature of a kind that is in use; null if there is none. */
    public @Nullable SessionFeature get(FeatureKind kind) {
        return features[kind.ordinal()];
    }

    /** Whether no feature is in use. */
    public boolean isEmpty() {
        return count == 0;
    }

    /**
     * Begins to use a feature.
     *
     * @throws IllegalStateException another feature of its kind is in use
     */
    public void begin(SessionFeature feature) {
        int place = feature.kind().ordinal();
        if (features[place] != null) {
            throw new IllegalStateException("feature " + feature.kind() + " is in use already");
        }
        features[place] = feature;
        count++;
    }

    /** Forgets the feature of a kind, if there is one, without closing it. */
    public @Nullable SessionFeature end(FeatureKind kind) {
        SessionFeature ended = features[kind.ordinal()];
        if (ended != null) {
            features[kind.ordinal()] = null;
            count--;
        }
        return ended;
    }

    /** Ends the feature of a kind, if there is one, and closes it. */
    public void close(FeatureKind kind) {
        SessionFeature ended = end(kind);
        if (ended != null) {
            ended.close();
        }
    }

    /** Ends and closes all features. */
    public void closeAll() {
        for (FeatureKind kind : FeatureKind.values()) {
            close(kind);
        }
    }

    /** Whether the rules of a user allow all features. */
    boolean areAllowed(User user) {
        for (SessionFeature feature : features) {
            if (feature != null && !feature.isAllowed(user)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The connection that the session's commands to an endpoint take: the one that a feature asks for, or the shared
     * one.
     */
    public NodeConnection connectionTo(Endpoint endpoint) {
        if (count > 0) {
            NodeConnection own = ownConnectionTo(endpoint.base());
            if (own != null) {
                return own;
            }
        }
        return connections.shared(endpoint, client.protocol());
    }

    /**
     * A connection on which the client's next command has no others behind it: the client's own to this endpoint, or
     * one from the pool, to be {@linkplain #giveBack given back}.
     *
     * @return null when too many connections are in use
     */
    public @Nullable PinnedConnection pin(Endpoint endpoint) {
        Endpoint base = endpoint.base();
        NodeConnection own = ownConnectionTo(base);
        if (own == null) {
            return connections.pin(base, client.protocol());
        }
        return own instanceof PinnedConnection pinned ? pinned : null;
    }

    private @Nullable NodeConnection ownConnectionTo(Endpoint endpoint) {
        for (SessionFeature feature : features) {
            NodeConnection own = feature == null ? null : feature.connectionTo(endpoint);
            if (own != null) {
                return own;
            }
        }
        return null;
    }

    /** Whether a feature that is in use needs the connection. */
    public boolean use(PinnedConnection connection) {
        for (SessionFeature feature : features) {
            if (feature != null && feature.uses(connection)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives a connection from {@link #pin} back once its command is answered; a connection that a feature needs stays.
     *
     * @param clean whether other clients may use the connection
     */
    public void giveBack(PinnedConnection connection, boolean clean) {
        connection.endBlocking();
        if (connection.isClosed() || use(connection)) {
            return;
        }
        if (clean) {
            connection.release();
        } else {
            connection.close();
        }
    }
}
