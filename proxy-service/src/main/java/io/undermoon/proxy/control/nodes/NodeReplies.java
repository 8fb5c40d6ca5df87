package io.undermoon.proxy.control.nodes;

import io.undermoon.proxy.backend.BackendQuery;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Error replies to clients for failed requests to a node. */
final class NodeReplies {
    private NodeReplies() {}

    /** A node replied with an error or an unexpected reply. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * @param error for the client, with its code in front
         */
        RefusedException(String error) {
            super(error);
        }
    }

    /** The error for the client, with its code in front. */
    static String error(@Nullable Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        String message = cause == null ? "the node did not answer" : String.valueOf(cause.getMessage());
        boolean hasCode = cause instanceof RefusedException || cause instanceof BackendQuery.QueryException;
        return hasCode ? message : "ERR " + message;
    }
}
