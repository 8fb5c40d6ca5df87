package io.undermoon.coordinator.port;

/** A proxy did not do what it was asked to. */
public final class ProxyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, in few enough kinds to count them. */
    public enum Reason {
        /** No connection: refused, unroutable, or a host name without an address. */
        UNREACHABLE,
        /** No connection or no answer in time. */
        TIMEOUT,
        /** The connection ended before the answer. */
        CLOSED,
        /** The answer is not of the protocol, or too long. */
        PROTOCOL,
        /** The answer is an error. */
        REFUSED
    }

    private final Reason reason;

    public ProxyException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public ProxyException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
