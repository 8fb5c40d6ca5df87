package io.undermoon.dev.check;

import java.time.Duration;
import java.util.concurrent.CancellationException;

/** A point in time until which something is tried again. */
final class Deadline {
    private static final int PAUSE_MILLIS = 100;

    private final long nanos;

    Deadline(Duration fromNow) {
        this.nanos = System.nanoTime() + fromNow.toNanos();
    }

    boolean hasPassed() {
        return System.nanoTime() - nanos > 0;
    }

    /** @throws CancellationException if the thread is interrupted */
    static void pause() {
        pause(Duration.ofMillis(PAUSE_MILLIS));
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
