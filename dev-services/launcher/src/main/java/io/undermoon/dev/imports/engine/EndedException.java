package io.undermoon.dev.imports.engine;

/** The attempt has ended, so there is nothing to wait for. */
final class EndedException extends Exception {
    private static final long serialVersionUID = 1L;

    EndedException() {
        super("the attempt has ended");
    }
}
