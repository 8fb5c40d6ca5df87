package io.undermoon.broker.storage;

import io.undermoon.fault.ErrorCode;

/** A failed storage operation; the message names the storage and says what an operator can do about it. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What the failure means for the value. */
    public enum Kind {
        /** The storage cannot be used as it is; the value is what it was. */
        FAILED(ErrorCode.PERSISTENCE_IO_ERROR),
        /** The storage answers and refuses; the value is what it was. */
        REFUSED(ErrorCode.EXTERNAL),
        /** The storage cannot be reached over the network; the value is what it was. */
        UNREACHABLE(ErrorCode.EXTERNAL),
        /** The storage has no version to compare with; the value is what it was. */
        UNVERSIONED(ErrorCode.EMPTY_EXTERNAL_VERSION),
        /** No answer came in time; a write has been made, will be made, or will never be made. */
        UNKNOWN(ErrorCode.EXTERNAL_TIMEOUT);

        private final ErrorCode code;

        Kind(ErrorCode code) {
            this.code = code;
        }

        /** The code of the reply to a request that fails for this reason. */
        public ErrorCode code() {
            return code;
        }

        /** Whether the storage is away, so that it is of no use to try again at once. */
        public boolean isAway() {
            return this == UNREACHABLE || this == UNKNOWN;
        }
    }

    /** A failure of the kind {@link Kind#FAILED}. */
    public StorageException(String message) {
        super(message);
        this.kind = Kind.FAILED;
    }

    /** A failure of the kind {@link Kind#FAILED}. */
    public StorageException(String message, Throwable cause) {
        this(Kind.FAILED, message, cause);
    }

    public StorageException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
