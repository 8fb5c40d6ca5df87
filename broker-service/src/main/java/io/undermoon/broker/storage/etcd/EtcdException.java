package io.undermoon.broker.storage.etcd;

import java.io.IOException;

/** A call that etcd refused or did not answer. */
final class EtcdException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean mayHaveEffect;

    /** @param mayHaveEffect whether the request may have reached a member that has executed it or still will */
    EtcdException(String message, boolean mayHaveEffect, Throwable cause) {
        super(message, cause);
        this.mayHaveEffect = mayHaveEffect;
    }

    boolean mayHaveEffect() {
        return mayHaveEffect;
    }
}
