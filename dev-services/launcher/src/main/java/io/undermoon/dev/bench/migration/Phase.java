package io.undermoon.dev.bench.migration;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the clients measured during one period.
 *
 * @param p99Millis latency, redirections included; under offered load counted from when the command was due
 * @param longestMillis the longest that a single command took
 * @param pausedMillis the longest that the clients themselves did not run, in steps of a millisecond; means nothing
 *     unless load is offered
 * @param pingP99Millis what the {@link Bystander} measured meanwhile
 * @param pingLongestMillis the longest of that
 * @param errors how often which error was seen, redirections not among them
 */
public record Phase(
        double seconds,
        double commandsPerSecond,
        double p50Millis,
        double p99Millis,
        double longestMillis,
        double pausedMillis,
        double pingP99Millis,
        double pingLongestMillis,
        long redirections,
        Map<String, Long> errors) {
    public Phase {
        errors = Map.copyOf(errors);
    }

    static Phase of(
            double seconds,
            Histogram nanos,
            long pausedNanos,
            Histogram pings,
            long redirections,
            Map<String, Long> errors) {
        return new Phase(
                seconds,
                nanos.getTotalCount() / seconds,
                nanos.getValueAtPercentile(50) / 1e6,
                nanos.getValueAtPercentile(99) / 1e6,
                nanos.getMaxValue() / 1e6,
                pausedNanos / 1e6,
                pings.getValueAtPercentile(99) / 1e6,
                pings.getMaxValue() / 1e6,
                redirections,
                errors);
    }
}
