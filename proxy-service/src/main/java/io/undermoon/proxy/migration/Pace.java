package io.undermoon.proxy.migration;

import java.util.concurrent.TimeUnit;

/**
 * How fast a migration copies: no faster than its limits allow, and slower while its nodes are slow to answer others.
 *
 * <p>The number of keys that are copied at once follows the time that a node takes to answer a {@code PING}, which has to wait
 * for its turn like any client's command: half as many when it took long, a few more when it did not. Owned by the
 * engine's loop.
 */
final class Pace {
    private static final int MIN_WINDOW = 8;
    private static final int MAX_WINDOW = 512;
    private static final int FIRST_WINDOW = 64;
    private static final int STEP = 32;
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** What may be made up for after a pause. */
    private static final double BURST_SECONDS = 0.05;

    private final Bucket keys;
    private final Bucket bytes;
    private int window = FIRST_WINDOW;

    Pace(long maxKeysPerSecond, long maxBytesPerSecond) {
        keys = new Bucket(maxKeysPerSecond);
        bytes = new Bucket(maxBytesPerSecond);
    }

    /** How many keys may be on their way. */
    int window() {
        return window;
    }

    /** A node took so long to answer. */
    void answered(long nanos) {
        window = nanos > SLOW_NANOS ? Math.max(MIN_WINDOW, window / 2) : Math.min(MAX_WINDOW, window + STEP);
    }

    /** How long to wait until the next key, in nanoseconds; 0 for not at all. */
    long delayNanos(long now) {
        return Math.max(keys.delayNanos(now), bytes.delayNanos(now));
    }

    void keyStarted() {
        keys.take(1);
    }

    void bytesCopied(long count) {
        bytes.take(count);
    }

    /** So much per second; what was taken too much has to be waited for. */
    private static final class Bucket {
        private final double perNano;
        private final double most;
        private double left;
        private long filledNanos = System.nanoTime();

        Bucket(long perSecond) {
            perNano = perSecond / 1e9;
            most = Math.max(1, perSecond * BURST_SECONDS);
            left = most;
        }

        long delayNanos(long now) {
            if (perNano == 0) {
                return 0;
            }
            left = Math.min(most, left + (now - filledNanos) * perNano);
            filledNanos = now;
            return left > 0 ? 0 : (long) Math.ceil((1 - left) / perNano);
        }

        void take(long count) {
            if (perNano > 0) {
                left -= count;
            }
        }
    }
}
