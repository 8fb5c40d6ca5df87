package io.undermoon.proxy.backend;

/**
 * The reason why a command has no reply.
 *
 * @param message the error for the client, without the leading {@code -}
 */
public record BackendFailure(String message) {
    /** The limit on pinned connections is reached; the command was not sent. */
    public static final BackendFailure TOO_MANY_PINNED =
            new BackendFailure("ERR too many clients watch keys, block or track keys; try again later");

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
}
