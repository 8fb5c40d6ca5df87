package io.undermoon.umctl;

import org.jspecify.annotations.Nullable;

/** A control message that violates the grammar. No part of it is applied. */
public final class UmctlSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The original's word for the error. */
    public enum Kind {
        INVALID_VERSION("InvalidVersion"),
        INVALID_ARGS("InvalidArgs"),
        INVALID_CLUSTER_NAME("InvalidClusterName");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    private final Kind kind;

    UmctlSyntaxException(String message) {
        this(Kind.INVALID_ARGS, message);
    }

    UmctlSyntaxException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    UmctlSyntaxException(@Nullable String message, Throwable cause) {
        super(message, cause);
        this.kind = Kind.INVALID_ARGS;
    }

    public Kind kind() {
        return kind;
    }
}
