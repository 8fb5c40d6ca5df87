package io.undermoon.broker.storage.etcd;

import io.undermoon.broker.storage.StorageException;
import java.io.IOException;

/** A call that etcd refused or did not answer. */
final class EtcdException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isRefusal;
    private final boolean mayHaveEffect;

    /**
     * @param isRefusal whether etcd has answered that it does not execute the request
     * @param mayHaveEffect whether the request may have reached a member that has executed it or still will, that of
     *     an earlier attempt if this one is refused
     */
    EtcdException(String message, boolean isRefusal, boolean mayHaveEffect, Throwable cause) {
        super(message, cause);
        this.isRefusal = isRefusal;
        this.mayHaveEffect = mayHaveEffect;
    }

    /** What this means for a write. */
    StorageException.Kind kindOfWrite() {
        return mayHaveEffect ? StorageException.Kind.UNKNOWN : kindOfRead();
    }

    /** What this means for a read. */
    StorageException.Kind kindOfRead() {
        return isRefusal ? StorageException.Kind.REFUSED : StorageException.Kind.UNREACHABLE;
    }
}
