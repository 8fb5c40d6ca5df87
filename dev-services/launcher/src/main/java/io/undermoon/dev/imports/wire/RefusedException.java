package io.undermoon.dev.imports.wire;

import java.io.IOException;

/** A server answered with an error. The connection could be used further. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
