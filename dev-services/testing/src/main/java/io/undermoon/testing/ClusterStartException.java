package io.undermoon.testing;

/** A cluster could not be started. The message says why, and what to do where that is known. */
public final class ClusterStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterStartException(String message) {
        super(message);
    }

    ClusterStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
