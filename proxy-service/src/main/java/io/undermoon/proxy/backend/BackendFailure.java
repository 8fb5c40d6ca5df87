package io.undermoon.proxy.backend;

/**
 * The reason why a command has no reply.
 *
 * @param message the error for the client, without the leading {@code -}
 * @param isFinal whether the client is rather disconnected than told: nothing that it could be told is certain
 */
public record BackendFailure(String message, boolean isFinal) {
    /** The proxy may not serve at the moment; the command was not sent. */
    static final BackendFailure NO_LEASE = new BackendFailure(
            "CLUSTERDOWN this proxy is cut off from its partner and from the coordinators; nothing was executed");

    /** The limit on pinned connections is reached; the command was not sent. */
    public static final BackendFailure TOO_MANY_PINNED =
            new BackendFailure("ERR too many clients watch keys, block or track keys; try again later");

    public BackendFailure(String message) {
        this(message, false);
    }

    /** The command was not written, so the client may retry; cluster clients take {@code CLUSTERDOWN} as temporary. */
    static BackendFailure unreachable(String endpoint, String reason) {
        return new BackendFailure(
                "CLUSTERDOWN node " + endpoint + " cannot be reached (" + reason + "); nothing was executed");
    }

    /** The command was written and may have been executed, so it is not sent again. */
    static BackendFailure lost(String endpoint, String reason) {
        return new BackendFailure("ERR connection to node " + endpoint + " was lost (" + reason
                + ") before the reply came; the command may have been executed");
    }

    /** The reply came, or comes, after the end of the lease under which the command was written. */
    static BackendFailure unacknowledged(String endpoint) {
        return new BackendFailure(
                "ERR the lease of this proxy was over before the reply of node " + endpoint
                        + " came; the command may have been executed",
                true);
    }
}
