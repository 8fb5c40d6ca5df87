package io.undermoon.tls;

/** A file cannot be used for TLS; the message names the file and what is wrong with it. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
