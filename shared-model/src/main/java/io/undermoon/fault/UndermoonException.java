package io.undermoon.fault;

import java.util.Map;

/** The exception that carries an {@link ErrorCode} to the edge of a service, where it becomes an HTTP or RESP error. */
public final class UndermoonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, String> details;

    /** @param message the problem with the value and what was expected; shown to the caller */
    public UndermoonException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    /**
     * @param details further members of the JSON error, such as {@code key} and {@code value} of {@code INVALID_CONFIG}
     */
    public UndermoonException(ErrorCode code, String message, Map<String, String> details) {
        super(message);
        this.code = code;
        this.details = Map.copyOf(details);
    }

    public UndermoonException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = Map.of();
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, String> details() {
        return details;
    }
}
