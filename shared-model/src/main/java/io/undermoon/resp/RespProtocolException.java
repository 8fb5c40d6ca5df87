package io.undermoon.resp;

/** Bytes that are not of the protocol, or that go beyond the limits. What follows them cannot be read any more. */
public final class RespProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RespProtocolException(String what) {
        super("Protocol error: " + what);
    }
}
