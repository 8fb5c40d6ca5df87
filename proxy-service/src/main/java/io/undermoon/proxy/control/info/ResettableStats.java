package io.undermoon.proxy.control.info;

import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.stats.ProxyStats;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Counters since {@code CONFIG RESETSTAT}. The counters of the process only grow, as metrics must, so the values at the
 * reset are stored and subtracted. Thread-safe.
 */
public final class ResettableStats {
    private final ProxyStats stats;
    private final int commandCount;
    private volatile Figures atReset;

    /**
     * @param commandCount size of the command table
     */
    public ResettableStats(ProxyStats stats, int commandCount) {
        this.stats = stats;
        this.commandCount = commandCount;
        this.atReset = new Figures(
                new long[Counter.values().length],
                new long[commandCount],
                new long[commandCount],
                new long[commandCount],
                new long[commandCount],
                new long[commandCount],
                new long[commandCount * LoopStats.LATENCY_BUCKETS],
                Map.of());
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared or modified
    private record Figures(
            long[] counters,
            long[] calls,
            long[] timedCalls,
            long[] failures,
            long[] rejections,
            long[] micros,
            long[] latency,
            Map<String, Long> errors) {}

    public void reset() {
        atReset = new Figures(
                snapshot(Counter.values().length, counter -> stats.get(Counter.values()[counter])),
                snapshot(commandCount, stats::calls),
                snapshot(commandCount, stats::timedCalls),
                snapshot(commandCount, stats::failures),
                snapshot(commandCount, stats::rejections),
                snapshot(commandCount, stats::micros),
                snapshot(
                        commandCount * LoopStats.LATENCY_BUCKETS,
                        i -> stats.latencyBucket(i / LoopStats.LATENCY_BUCKETS, i % LoopStats.LATENCY_BUCKETS)),
                stats.errors());
    }

    /** The value of a counter since the reset. */
    long get(Counter counter) {
        return stats.get(counter) - atReset.counters()[counter.ordinal()];
    }

    /** The value of a counter that can fall, which is not reset. */
    long level(Counter counter) {
        return stats.get(counter);
    }

    long calls(int commandId) {
        return stats.calls(commandId) - atReset.calls()[commandId];
    }

    /** How many of the calls {@link #micros} is of. */
    long timedCalls(int commandId) {
        return stats.timedCalls(commandId) - atReset.timedCalls()[commandId];
    }

    long failures(int commandId) {
        return stats.failures(commandId) - atReset.failures()[commandId];
    }

    long rejections(int commandId) {
        return stats.rejections(commandId) - atReset.rejections()[commandId];
    }

    /** In units of 1024 nanoseconds, see {@link io.undermoon.proxy.stats.LoopStats#micros}. */
    long micros(int commandId) {
        return stats.micros(commandId) - atReset.micros()[commandId];
    }

    long totalCalls() {
        return total(this::calls);
    }

    /** The replies to a command in each bucket of its latency histogram. */
    long[] latency(int commandId) {
        long[] before = atReset.latency();
        return snapshot(
                LoopStats.LATENCY_BUCKETS,
                bucket -> stats.latencyBucket(commandId, bucket)
                        - before[commandId * LoopStats.LATENCY_BUCKETS + bucket]);
    }

    /** How many errors of each code clients got, from the nodes and from the proxy. */
    Map<String, Long> errors() {
        Map<String, Long> errors = new TreeMap<>(stats.errors());
        atReset.errors().forEach((code, count) -> errors.merge(code, -count, Long::sum));
        errors.values().removeIf(count -> count == 0);
        return errors;
    }

    long totalErrors() {
        return errors().values().stream().mapToLong(Long::longValue).sum();
    }

    private long total(IntToLongFunction figure) {
        return IntStream.range(0, commandCount).mapToLong(figure).sum();
    }

    private static long[] snapshot(int size, IntToLongFunction figure) {
        return IntStream.range(0, size).mapToLong(figure).toArray();
    }
}
