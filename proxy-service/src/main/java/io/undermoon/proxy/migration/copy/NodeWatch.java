package io.undermoon.proxy.migration.copy;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How well a node bears what is copied from or to it: how long it takes to answer a {@code PING}, which waits for its turn like
 * any client's command, and how many commands of others it serves, both compared with a moment when nothing was copied. The second
 * tells of clients that are slowed down elsewhere, for want of a processor.
 *
 * <p>That counts only if there is anybody whose commands have to wait: a node that serves nobody else may be kept busy. Owned by
 * the engine's loop.
 */
final class NodeWatch {
    /** So much longer than when nothing is copied may it take, and so many times as long. */
    private static final double LONGER_NANOS = TimeUnit.MICROSECONDS.toNanos(150);

    private static final double LONGER = 1.2;

    /** So many of the commands that others send when nothing is copied have to be served. */
    private static final double SERVED = 0.75;

    /** Whoever serves less than this has no more to give. */
    private static final double SERVED_WITH_EASE = 0.9;

    /** How far a number of commands may be from what is expected by chance, in its standard deviations. */
    private static final double CHANCE = 3;

    /** Too long for a node that serves nobody else: somebody may come. */
    private static final double LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(6);

    /** Commands per second from which on there is somebody. Probes and replicas ask now and then as well. */
    private static final double SOMEBODY = 200;

    private static final double WEIGHT = 0.25;

    private double answerNanos;
    private double undisturbedNanos;
    private double undisturbedPerSecond;

    /** Those that others had served between the last two counts. */
    private double others = -1;

    private double seconds;
    private long total = -1;
    private long ours;
    private long countedNanos;

    /** It has answered. */
    void answered(long nanos) {
        answerNanos = answerNanos == 0 ? nanos : answerNanos + WEIGHT * (nanos - answerNanos);
    }

    /** Between the last two counts nothing was copied, and it took so long to answer. */
    void undisturbed(double nanos) {
        undisturbedNanos = nanos;
        answerNanos = nanos;
        undisturbedPerSecond = others < 0 ? 0 : others / seconds;
    }

    /**
     * It has served so many commands in all.
     *
     * @param sent how many of them were ours
     */
    void served(long commands, long sent, long now) {
        if (total >= 0) {
            others = Math.max(0, commands - total - (sent - ours));
            seconds = Math.max(1, now - countedNanos) / 1e9;
        }
        total = commands;
        ours = sent;
        countedNanos = now;
    }

    /** Whether it serves nobody else. */
    boolean isAlone() {
        return others >= 0 && Math.max(others / seconds, undisturbedPerSecond) < SOMEBODY;
    }

    /** How much more it has to bear than it should; up to 1 is not too much. */
    double strain() {
        if (isAlone()) {
            return answerNanos / LONG_NANOS;
        }
        double bySlowness = answerNanos / (LONGER_NANOS + LONGER * undisturbedNanos);
        return Math.max(bySlowness, hunger(SERVED));
    }

    /** Whether it serves others less than when nothing is copied. */
    boolean isFull() {
        return hunger(SERVED_WITH_EASE) > 1;
    }

    /** How many times more than was served is a share of what is served when nothing is copied. */
    private double hunger(double share) {
        double expected = share * undisturbedPerSecond * seconds;
        return Math.max(0, expected - CHANCE * Math.sqrt(expected)) / Math.max(1, others);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.0f us (%.0f us alone), %.0f/s (%.0f/s alone)",
                answerNanos / 1e3,
                undisturbedNanos / 1e3,
                others / seconds,
                undisturbedPerSecond);
    }
}
