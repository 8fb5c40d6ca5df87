package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.Redirection;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The line that is printed once a second. */
final class RateLine {
    private RateLine() {}

    /** Of the time since the last call; counts of errors and redirections are those of the whole run. */
    static String of(Meter meter, long findings) {
        Histogram interval = meter.interval();
        double seconds = Math.max(1, interval.getEndTimeStamp() - interval.getStartTimeStamp()) / 1e3;
        Map<Redirection.Kind, Long> redirections = meter.redirections();
        return String.format(
                Locale.ROOT,
                "%7.0f ops/s  p50 %6.2f  p99 %6.2f  max %7.1f ms  errors %d  moved %d  ask %d  tryagain %d  wrong %d",
                interval.getTotalCount() / seconds,
                interval.getValueAtPercentile(50) / 1e6,
                interval.getValueAtPercentile(99) / 1e6,
                interval.getMaxValue() / 1e6,
                Meter.sum(meter.errors()),
                redirections.getOrDefault(Redirection.Kind.MOVED, 0L),
                redirections.getOrDefault(Redirection.Kind.ASK, 0L),
                redirections.getOrDefault(Redirection.Kind.TRYAGAIN, 0L),
                findings);
    }
}
