package io.undermoon.coordinator.port;

/** No broker answered, or the answer was a refusal or not what the protocol says. A round that meets it ends early. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        super(message);
    }

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
