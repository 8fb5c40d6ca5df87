package io.undermoon.proxy.migration.copy;

import java.util.concurrent.TimeUnit;

/**
 * How fast keys are copied or removed: no faster than the limits allow, and no faster than the nodes bear beside what they do for
 * others.
 *
 * <p>The allowance, in keys per second, follows the {@link NodeWatch#strain strain} of the nodes: it grows while they answer in
 * time and shrinks while they do not. What a key costs counts by its size, too. Keys leave in portions of about a millisecond, so
 * that a command of a client that comes in between does not wait longer than for one of them. Owned by the engine's loop.
 */
final class Pace {
    /** As much work as a key with a small value. */
    private static final double KEY_BYTES = 4096;

    /** A key that is only looked at, or removed, for one that is copied. */
    private static final double SCANNED = 0.03;

    private static final double REMOVED = 0.3;

    private static final double FIRST_ALLOWANCE = 30_000;

    /** As long as clients lose nothing by it there is time. */
    private static final double LEAST_ALLOWANCE = 20_000;

    /**
     * Nodes that have no more to give lose about the same by a slow move as by a quick one, and it is what relieves them.
     */
    private static final double LEAST_WHERE_FULL = 36_000;

    private static final double MOST_ALLOWANCE = 4_000_000;

    /** The allowance is at most so many times what was really made use of. */
    private static final double AHEAD = 2;

    private static final double FASTER_ALONE = 3;
    private static final double FASTER = 1.01;
    private static final double SLOWEST_DOWN = 0.8;
    private static final double PORTIONS_PER_SECOND = 1000;
    private static final int MIN_PORTION = 24;
    private static final int MAX_WINDOW = 512;

    /** What may be made up for after a pause. */
    private static final double BURST_SECONDS = 0.05;

    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Bucket keys;
    private final Bucket bytes;
    private final Bucket work = new Bucket(FIRST_ALLOWANCE, MIN_PORTION);
    private double allowance = FIRST_ALLOWANCE;
    private double done;
    private long judgedNanos = System.nanoTime();
    private boolean resting;

    /** Without limits, 0, it goes by the nodes alone. */
    Pace(long maxKeysPerSecond, long maxBytesPerSecond) {
        keys = new Bucket(maxKeysPerSecond, Math.max(1, maxKeysPerSecond * BURST_SECONDS));
        bytes = new Bucket(maxBytesPerSecond, Math.max(1, maxBytesPerSecond * BURST_SECONDS));
    }

    /** How many keys may be on their way. */
    int window() {
        return (int) Math.min(MAX_WINDOW, 2 * portion());
    }

    private double portion() {
        return Math.max(MIN_PORTION, allowance / PORTIONS_PER_SECOND);
    }

    /** Keys per second that the nodes seem to bear. */
    double allowance() {
        return allowance;
    }

    /** Nothing begins while resting. */
    void rest(boolean now) {
        resting = now;
    }

    /**
     * So the nodes are since the last time.
     *
     * @param strain how much more they have to bear than they should; up to 1 is not too much
     * @param alone whether they have nobody else to serve
     * @param full whether others are served less for it
     * @param least keys per second that are needed whatever it is, so that there is an end
     */
    void judge(double strain, boolean alone, boolean full, double least, long now) {
        double used = done * 1e9 / Math.max(1, now - judgedNanos);
        judgedNanos = now;
        done = 0;
        if (strain > 1) {
            allowance =
                    Math.min(allowance, AHEAD * Math.max(used, FIRST_ALLOWANCE)) * Math.max(SLOWEST_DOWN, 1 / strain);
        } else if (alone) {
            allowance *= FASTER_ALONE;
        } else {
            double most = AHEAD * Math.max(used, FIRST_ALLOWANCE);
            allowance = Math.min(most, allowance * FASTER);
        }
        double floor = Math.max(least, full ? LEAST_WHERE_FULL : LEAST_ALLOWANCE);
        allowance = Math.max(floor, Math.min(MOST_ALLOWANCE, allowance));
        work.set(allowance, portion());
    }

    /** How long to wait until the next key, in nanoseconds; 0 for not at all. */
    long delayNanos(long now) {
        if (resting) {
            return REST_NANOS;
        }
        return Math.max(work.delayNanos(now), Math.max(keys.delayNanos(now), bytes.delayNanos(now)));
    }

    void keyStarted() {
        keys.take(1);
        worked(1);
    }

    void bytesCopied(long count) {
        bytes.take(count);
        worked(count / KEY_BYTES);
    }

    void swept(int scanned, int removed) {
        worked(scanned * SCANNED + removed * REMOVED);
    }

    private void worked(double amount) {
        done += amount;
        work.take(amount);
    }

    /** So much per second, in portions: when nothing is left, the next one has to be whole. */
    private static final class Bucket {
        private double perNano;
        private double most;
        private double left;
        private boolean filling;
        private long filledNanos = System.nanoTime();

        Bucket(double perSecond, double most) {
            set(perSecond, most);
            this.left = most;
        }

        void set(double perSecond, double mostAtOnce) {
            perNano = perSecond / 1e9;
            most = mostAtOnce;
        }

        long delayNanos(long now) {
            if (perNano == 0) {
                return 0;
            }
            left = Math.min(most, left + (now - filledNanos) * perNano);
            filledNanos = now;
            filling = left <= 0 || filling && left < most;
            return filling ? (long) Math.ceil((most - left) / perNano) : 0;
        }

        void take(double count) {
            if (perNano > 0) {
                left -= count;
            }
        }
    }
}
