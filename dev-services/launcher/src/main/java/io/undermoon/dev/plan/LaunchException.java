package io.undermoon.dev.plan;

/** A failure the user can act on. Its message is complete: it is shown alone, without a stack trace. */
public final class LaunchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LaunchException(String message) {
        super(message);
    }

    public LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
