package io.undermoon.proxy.control;

/** An error reply to the command being answered, written by {@link HandlerTable#answer}. An expected outcome, so without a stack trace. */
public final class ErrorReplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param error with its code in front, as in {@code ERR syntax error}
     */
    public ErrorReplyException(String error) {
        super(error, null, false, false);
    }
}
