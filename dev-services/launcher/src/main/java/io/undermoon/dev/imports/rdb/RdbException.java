package io.undermoon.dev.imports.rdb;

import java.io.IOException;

/** A snapshot that is none, or has something that is not understood. Reading it again does not help. */
public final class RdbException extends IOException {
    private static final long serialVersionUID = 1L;

    public RdbException(String message) {
        super(message);
    }
}
