package io.undermoon.dev.backups.take;

import java.io.IOException;

/** The cluster has other masters than those that are followed, so that it has to be begun anew. */
final class ChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    ChangedException(String message) {
        super(message);
    }
}
