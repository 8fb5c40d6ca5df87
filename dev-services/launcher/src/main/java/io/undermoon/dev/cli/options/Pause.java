package io.undermoon.dev.cli.options;

import java.util.concurrent.CancellationException;

/** Waits between two looks. */
public final class Pause {
    private Pause() {}

    /** @throws CancellationException interrupted */
    public static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
