package io.undermoon.dev.imports.engine;

import java.io.IOException;

/** A slot of the destination has another marker than this attempt has written last. */
final class StaleSlotException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isTakenOver;

    /** @param isTakenOver whether the marker is that of a later attempt; otherwise the slot has lost something */
    StaleSlotException(String message, boolean isTakenOver) {
        super(message);
        this.isTakenOver = isTakenOver;
    }

    boolean isTakenOver() {
        return isTakenOver;
    }
}
