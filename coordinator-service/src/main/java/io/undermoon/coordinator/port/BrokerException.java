package io.undermoon.coordinator.port;

/** No broker answered, or the reply was an error or malformed. It ends the round of the loop. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        super(message);
    }

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
