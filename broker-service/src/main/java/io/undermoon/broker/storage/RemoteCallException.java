package io.undermoon.broker.storage;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import javax.net.ssl.SSLHandshakeException;

/** A call that a storage in the network refused or did not answer. */
public final class RemoteCallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isRefusal;
    private final boolean mayHaveEffect;

    /**
     * @param isRefusal whether the storage has answered that it does not execute the request
     * @param mayHaveEffect whether the request may have reached a server that has executed it or still will, that of
     *     an earlier attempt if this one is refused
     */
    public RemoteCallException(String message, boolean isRefusal, boolean mayHaveEffect, Throwable cause) {
        super(message, cause);
        this.isRefusal = isRefusal;
        this.mayHaveEffect = mayHaveEffect;
    }

    /** Whether a failure of {@link io.undermoon.client.BoundedHttp} came before anything of the request was sent. */
    public static boolean wasNeverSent(IOException failure) {
        Throwable cause = failure.getCause();
        return cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || cause instanceof SSLHandshakeException;
    }

    /** What this means for a write. */
    public StorageException.Kind kindOfWrite() {
        return mayHaveEffect ? StorageException.Kind.UNKNOWN : kindOfRead();
    }

    /** What this means for a read. */
    public StorageException.Kind kindOfRead() {
        return isRefusal ? StorageException.Kind.REFUSED : StorageException.Kind.UNREACHABLE;
    }
}
