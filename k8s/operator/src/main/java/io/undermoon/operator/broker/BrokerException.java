package io.undermoon.operator.broker;

/** A call of a broker that failed; {@link #code} is that of the API, or {@link #UNREACHABLE}. */
public final class BrokerException extends RuntimeException {
    /** No broker answered. */
    public static final String UNREACHABLE = "UNREACHABLE";

    private static final long serialVersionUID = 1L;

    private final String code;

    public BrokerException(String code, String message) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
