package io.undermoon.proxy.migration.copy;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The load of a node that keys are copied from or to: the latency of a {@code PING}, which queues like any client's
 * command, and the commands per second that the node serves to others, both compared with a baseline measured while
 * nothing is copied. The rate of commands also shows clients that are slowed down outside Redis, for want of a
 * processor.
 *
 * <p>A node without other clients may be kept busy, so it tolerates a higher latency. Owned by the migration event
 * loop.
 */
final class NodeLoad {
    /** The tolerated latency: a constant, and a factor of the baseline. */
    private static final double TOLERATED_LATENCY_NANOS = TimeUnit.MICROSECONDS.toNanos(150);

    private static final double TOLERATED_LATENCY_FACTOR = 1.2;

    /** The share of the baseline of other clients' commands that must still be served. */
    private static final double TOLERATED_SHARE = 0.75;

    /** A node that serves less than this share of the baseline is saturated. */
    private static final double SATURATED_SHARE = 0.9;

    /** The deviation of a count of commands, in standard deviations, that is taken for chance. */
    private static final double STANDARD_DEVIATIONS = 3;

    /** The tolerated latency of an idle node: a client may arrive at any time. */
    private static final double IDLE_LATENCY_NANOS = TimeUnit.MILLISECONDS.toNanos(6);

    /** A node is idle below this many commands per second; probes and replicas send some, too. */
    private static final double IDLE_PER_SECOND = 200;

    private static final double EWMA_WEIGHT = 0.25;

    private double latencyNanos;
    private double baselineLatencyNanos;
    private double baselinePerSecond;

    /** Commands of other clients served between the last two counts; -1 before there are two. */
    private double others = -1;

    /** Time between the last two counts. */
    private double seconds;

    private long total = -1;
    private long ours;
    private long countedNanos;

    /** Adds a measured latency to the moving average. */
    void recordLatency(long nanos) {
        latencyNanos = latencyNanos == 0 ? nanos : latencyNanos + EWMA_WEIGHT * (nanos - latencyNanos);
    }

    /** Makes the commands between the last two counts, during which nothing was copied, and a latency the baseline. */
    void setBaseline(double nanos) {
        baselineLatencyNanos = nanos;
        latencyNanos = nanos;
        baselinePerSecond = others < 0 ? 0 : others / seconds;
    }

    /**
     * Counts the commands of other clients since the last call.
     *
     * @param commands that the node has executed since it started
     * @param sent how many of them the migration has sent
     */
    void recordCommands(long commands, long sent, long now) {
        if (total >= 0) {
            others = Math.max(0, commands - total - (sent - ours));
            seconds = Math.max(1, now - countedNanos) / 1e9;
        }
        total = commands;
        ours = sent;
        countedNanos = now;
    }

    /** Whether the node serves no other clients. */
    boolean isIdle() {
        return others >= 0 && Math.max(others / seconds, baselinePerSecond) < IDLE_PER_SECOND;
    }

    /** The load as a ratio to what is tolerated; above 1 copying has to slow down. */
    double pressure() {
        if (isIdle()) {
            return latencyNanos / IDLE_LATENCY_NANOS;
        }
        double byLatency = latencyNanos / (TOLERATED_LATENCY_NANOS + TOLERATED_LATENCY_FACTOR * baselineLatencyNanos);
        return Math.max(byLatency, shortfall(TOLERATED_SHARE));
    }

    /** Whether the node serves other clients less than while nothing is copied. */
    boolean isSaturated() {
        return shortfall(SATURATED_SHARE) > 1;
    }

    /** The ratio of a share of the baseline to the commands that were served, less what may be chance. */
    private double shortfall(double share) {
        double expected = share * baselinePerSecond * seconds;
        return Math.max(0, expected - STANDARD_DEVIATIONS * Math.sqrt(expected)) / Math.max(1, others);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.0f us (baseline %.0f us), %.0f/s (baseline %.0f/s)",
                latencyNanos / 1e3,
                baselineLatencyNanos / 1e3,
                others / seconds,
                baselinePerSecond);
    }
}
