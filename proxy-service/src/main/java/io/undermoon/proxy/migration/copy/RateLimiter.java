package io.undermoon.proxy.migration.copy;

import java.util.concurrent.TimeUnit;

/**
 * The adaptive rate limiter of a copy: keeps copying and deleting within the configured limits and within what the
 * nodes can serve beside their clients.
 *
 * <p>The rate, in keys per second, follows the {@link NodeLoad#pressure pressure} on the nodes: it grows while the
 * pressure is at most 1 and shrinks while it is higher. A key costs more the larger its value is. Keys are released in
 * portions of about a millisecond of work, so that a client's command waits for at most one portion. Owned by the
 * migration event loop.
 */
final class RateLimiter {
    /** Value bytes that cost as much as one key. */
    private static final double KEY_BYTES = 4096;

    /** Cost of a key that is only scanned or deleted, where a copied key costs 1. */
    private static final double SCANNED_COST = 0.03;

    private static final double REMOVED_COST = 0.3;

    private static final double INITIAL_RATE = 30_000;

    /** Lowest rate while clients get their usual share of the nodes. */
    private static final double MIN_RATE = 20_000;

    /**
     * Lowest rate on saturated nodes: a slow copy costs them about as much as a fast one, and its end relieves them.
     */
    private static final double MIN_RATE_SATURATED = 36_000;

    private static final double MAX_RATE = 4_000_000;

    /** Largest ratio of the rate to what was actually used. */
    private static final double MAX_HEADROOM = 2;

    private static final double GROWTH_IDLE = 3;
    private static final double GROWTH = 1.01;
    private static final double MIN_SHRINK = 0.8;
    private static final double PORTIONS_PER_SECOND = 1000;
    private static final int MIN_PORTION = 24;
    private static final int MAX_WINDOW = 512;

    /** Size of the burst that the configured limits allow after an idle time. */
    private static final double BURST_SECONDS = 0.05;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Bucket keys;
    private final Bucket bytes;
    private final Bucket work = new Bucket(INITIAL_RATE, MIN_PORTION);
    private double rate = INITIAL_RATE;
    private double spent;
    private long adjustedNanos = System.nanoTime();
    private boolean paused;

    /** Creates a limiter; a limit of 0 means none. */
    RateLimiter(long maxKeysPerSecond, long maxBytesPerSecond) {
        keys = new Bucket(maxKeysPerSecond, Math.max(1, maxKeysPerSecond * BURST_SECONDS));
        bytes = new Bucket(maxBytesPerSecond, Math.max(1, maxBytesPerSecond * BURST_SECONDS));
    }

    /** How many keys may be in flight. */
    int window() {
        return (int) Math.min(MAX_WINDOW, 2 * portion());
    }

    private double portion() {
        return Math.max(MIN_PORTION, rate / PORTIONS_PER_SECOND);
    }

    /** The present rate in keys per second. */
    double rate() {
        return rate;
    }

    /** Holds back all keys while {@code on}. */
    void pause(boolean on) {
        paused = on;
    }

    /**
     * Adjusts the rate to the load that was measured since the last call.
     *
     * @param pressure the highest pressure on a node; above 1 the rate shrinks
     * @param idle whether the nodes serve no other clients
     * @param saturated whether other clients are served less than before the copy
     * @param least keys per second below which the rate must not fall, so that the copy ends in time
     */
    void adjust(double pressure, boolean idle, boolean saturated, double least, long now) {
        double used = spent * 1e9 / Math.max(1, now - adjustedNanos);
        adjustedNanos = now;
        spent = 0;
        if (pressure > 1) {
            rate = Math.min(rate, MAX_HEADROOM * Math.max(used, INITIAL_RATE)) * Math.max(MIN_SHRINK, 1 / pressure);
        } else if (idle) {
            rate *= GROWTH_IDLE;
        } else {
            double most = MAX_HEADROOM * Math.max(used, INITIAL_RATE);
            rate = Math.min(most, rate * GROWTH);
        }
        double floor = Math.max(least, saturated ? MIN_RATE_SATURATED : MIN_RATE);
        rate = Math.max(floor, Math.min(MAX_RATE, rate));
        work.set(rate, portion());
    }

    /** Nanoseconds to wait before the next key; 0 when it may start now. */
    long delayNanos(long now) {
        if (paused) {
            return PAUSE_NANOS;
        }
        return Math.max(work.delayNanos(now), Math.max(keys.delayNanos(now), bytes.delayNanos(now)));
    }

    void keyStarted() {
        keys.take(1);
        spend(1);
    }

    void bytesCopied(long count) {
        bytes.take(count);
        spend(count / KEY_BYTES);
    }

    void keysSwept(int scanned, int removed) {
        spend(scanned * SCANNED_COST + removed * REMOVED_COST);
    }

    private void spend(double amount) {
        spent += amount;
        work.take(amount);
    }

    /** A token bucket that, once empty, refills completely before it gives out tokens again. */
    private static final class Bucket {
        private double perNano;
        private double capacity;
        private double tokens;
        private boolean refilling;
        private long refilledNanos = System.nanoTime();

        Bucket(double perSecond, double capacity) {
            set(perSecond, capacity);
            this.tokens = capacity;
        }

        void set(double perSecond, double newCapacity) {
            perNano = perSecond / 1e9;
            capacity = newCapacity;
        }

        long delayNanos(long now) {
            if (perNano == 0) {
                return 0;
            }
            tokens = Math.min(capacity, tokens + (now - refilledNanos) * perNano);
            refilledNanos = now;
            refilling = tokens <= 0 || refilling && tokens < capacity;
            return refilling ? (long) Math.ceil((capacity - tokens) / perNano) : 0;
        }

        void take(double count) {
            if (perNano > 0) {
                tokens -= count;
            }
        }
    }
}
