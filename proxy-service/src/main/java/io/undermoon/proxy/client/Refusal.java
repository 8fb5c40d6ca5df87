package io.undermoon.proxy.client;

import io.undermoon.proxy.acl.Account;
import org.jspecify.annotations.Nullable;

/**
 * Why a connection is not to be a client: there are too many.
 *
 * @param error what it is told
 * @param user whose limit that is, so that the connection may become one of another user; null if it is not a user's
 */
public record Refusal(String error, @Nullable Account user) {
    private static final String TOO_MANY = "ERR max number of clients reached";

    static final Refusal MAX_CLIENTS = new Refusal(TOO_MANY, null);

    static Refusal ofCluster(long connections) {
        return new Refusal(
                TOO_MANY + ": limit_connections of the cluster allows " + connections + " to this proxy", null);
    }

    /** The limit of a user. */
    public static Refusal of(Account account) {
        return new Refusal(
                TOO_MANY + ": user '" + account.name() + "' may have "
                        + account.meter().limits().connections() + " connections to this proxy (limit-connections)",
                account);
    }
}
