package io.undermoon.proxy.frame;

/** Bytes that are not RESP, or that exceed a limit. The text is Redis's own; the connection cannot go on. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message) {
        super(message, null, false, false);
    }
}
