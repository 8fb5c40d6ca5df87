package io.undermoon.dev.backups.store;

import java.io.IOException;

/** A file of a backup is not what it was when it was written, or cannot be understood. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedFileException(String message) {
        super(message);
    }

    public DamagedFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
