package io.undermoon.client;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A control command that was not carried out: it got no reply, or one that is an error. */
public final class RespClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure, few enough to be counted by kind. */
    public enum Reason {
        /** No connection: refused, unroutable, or a host name without an address. */
        UNREACHABLE,
        /** No connection or no reply in time. */
        TIMEOUT,
        /** The connection ended before the reply. */
        CLOSED,
        /** The reply is not of the protocol, is too long, or is not what the command answers with. */
        PROTOCOL,
        /** The reply is an error. */
        REFUSED,
        /** Who answers at the address is a proxy of another installation. */
        OTHER_INSTALLATION
    }

    private final Reason reason;

    public RespClientException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public RespClientException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** The failure of a future of this package, without the wrappers that futures put around it. */
    public static RespClientException of(Throwable failure) {
        if (failure instanceof RespClientException known) {
            return known;
        }
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapper && cause != null
                ? of(cause)
                : new RespClientException(Reason.UNREACHABLE, String.valueOf(failure.getMessage()), failure);
    }

    public Reason reason() {
        return reason;
    }
}
