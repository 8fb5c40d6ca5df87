package io.undermoon.proxy.control;

/**
 * The error reply to the current command, written by {@link HandlerTable#answer}. It has no stack trace, as it is an
 * expected outcome.
 */
public final class ErrorReplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param error with its code in front, as in {@code ERR syntax error}
     */
    public ErrorReplyException(String error) {
        super(error, null, false, false);
    }
}
