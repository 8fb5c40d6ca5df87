package io.undermoon.dev.bench;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * The result of one run of the load generator.
 *
 * @param replies within the measured time
 * @param allReplies those of the time before and after it too
 * @param elapsed the measured time
 * @param latencyNanos from the write of a burst to the read that completes a reply
 * @param generatorCpu CPU time the generator's thread took within the measured time
 * @param targetCpu CPU time the target took within the measured time
 */
record Load(
        long replies,
        long allReplies,
        Duration elapsed,
        Histogram latencyNanos,
        Duration generatorCpu,
        Duration targetCpu) {
    double repliesPerSecond() {
        return replies / (elapsed.toNanos() / 1e9);
    }

    /** The share of the measured time in which the generator was at work: near 1 it may be what holds things up. */
    double generatorBusy() {
        return (double) generatorCpu.toNanos() / elapsed.toNanos();
    }

    double latencyMicros(double percentile) {
        return latencyNanos.getValueAtPercentile(percentile) / 1e3;
    }
}
