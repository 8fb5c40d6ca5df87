package io.undermoon.proxy.session;

import io.undermoon.proxy.acl.User;
import io.undermoon.proxy.backend.NodeConnection;
import io.undermoon.proxy.backend.PinnedConnection;
import io.undermoon.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * State that a client has begun on its session and not ended: an open transaction, watched keys, a command that blocks,
 * subscriptions, tracking of keys. It is on the session from {@link ClientSession#begin} until {@link
 * ClientSession#end}, or until the client leaves or sends {@code RESET}. Owned by the session's loop.
 */
public interface SessionFeature {
    FeatureKind kind();

    /** Gives up the state without telling the client. The session has forgotten the feature before. */
    void close();

    /** The connection to an endpoint that the session's commands have to take because of this feature; null for any. */
    default @Nullable NodeConnection connectionTo(Endpoint endpoint) {
        return null;
    }

    /** Whether the rules of the client's user allow the feature; asked when they may have changed. */
    default boolean isAllowed(User user) {
        return true;
    }

    /** Whether this feature needs a connection, so that it must not be closed or given back for another one. */
    default boolean uses(PinnedConnection connection) {
        return false;
    }
}
