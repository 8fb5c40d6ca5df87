package io.undermoon.dev.imports.engine;

/**
 * Keeps writers together within a number of bytes per second, with a tenth of a second's worth at once. Thread-safe.
 */
final class Throttle {
    private final long bytesPerSecond;
    private long freeAtNanos = System.nanoTime();

    /** @param bytesPerSecond 0 for no limit */
    Throttle(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until so many bytes may be sent. */
    void await(long bytes) throws InterruptedException {
        if (bytesPerSecond == 0) {
            return;
        }
        long waitNanos;
        synchronized (this) {
            long now = System.nanoTime();
            freeAtNanos = Math.max(freeAtNanos, now - 100_000_000L);
            waitNanos = freeAtNanos - now;
            freeAtNanos += (long) (bytes * 1e9 / bytesPerSecond);
        }
        if (waitNanos > 0) {
            Thread.sleep(waitNanos / 1_000_000, (int) (waitNanos % 1_000_000));
        }
    }
}
