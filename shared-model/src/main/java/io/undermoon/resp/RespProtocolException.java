package io.undermoon.resp;

/** Bytes that violate the protocol or its limits. The connection cannot be read any further. */
public final class RespProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RespProtocolException(String what) {
        super("Protocol error: " + what);
    }
}
