package io.undermoon.dev.clusterclient;

/** A reply of a kind that Redis does not give to the command. */
public final class UnexpectedReplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnexpectedReplyException(String message) {
        super(message);
    }
}
