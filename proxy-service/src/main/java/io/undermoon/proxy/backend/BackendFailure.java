package io.undermoon.proxy.backend;

/**
 * Why a command has no reply.
 *
 * @param message the error for the client, without the leading {@code -}
 */
public record BackendFailure(String message) {
    /** The limit on pinned connections is reached; the command was not sent. */
    public static final BackendFailure TOO_MANY_PINNED =
            new BackendFailure("ERR too many clients watch keys, block or track keys; try again later");

    /** The command never left; sending it again is safe. Clients of Redis Cluster know this error as a passing one. */
    static BackendFailure unreachable(String endpoint, String reason) {
        return new BackendFailure(
                "CLUSTERDOWN node " + endpoint + " cannot be reached (" + reason + "); nothing was executed");
    }

    /** The command was sent; nobody knows whether it was executed, so it is not sent again. */
    static BackendFailure lost(String endpoint, String reason) {
        return new BackendFailure("ERR connection to node " + endpoint + " was lost (" + reason
                + ") before the reply came; the command may have been executed");
    }
}
