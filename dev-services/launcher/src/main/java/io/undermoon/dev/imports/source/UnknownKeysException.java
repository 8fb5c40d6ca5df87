package io.undermoon.dev.imports.source;

import java.io.IOException;

/** The stream has a command whose keys are not known, so what it changed would be missed. */
public final class UnknownKeysException extends IOException {
    private static final long serialVersionUID = 1L;

    UnknownKeysException(String message) {
        super(message);
    }
}
