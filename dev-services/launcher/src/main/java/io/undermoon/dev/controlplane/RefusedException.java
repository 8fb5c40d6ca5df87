package io.undermoon.dev.controlplane;

import java.io.IOException;

/** A refusal by the broker; the message is its reason. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
