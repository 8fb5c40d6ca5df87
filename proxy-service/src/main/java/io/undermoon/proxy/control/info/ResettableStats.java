package io.undermoon.proxy.control.info;

import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.ProxyStats;
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
                new long[commandCount]);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared or modified
    private record Figures(long[] counters, long[] calls, long[] failures, long[] rejections, long[] micros) {}

    public void reset() {
        atReset = new Figures(
                snapshot(Counter.values().length, counter -> stats.get(Counter.values()[counter])),
                snapshot(commandCount, stats::calls),
                snapshot(commandCount, stats::failures),
                snapshot(commandCount, stats::rejections),
                snapshot(commandCount, stats::micros));
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

    /** Errors of the nodes and of the proxy. */
    long totalErrors() {
        return total(this::failures) + total(this::rejections);
    }

    private long total(IntToLongFunction figure) {
        return IntStream.range(0, commandCount).mapToLong(figure).sum();
    }

    private static long[] snapshot(int size, IntToLongFunction figure) {
        return IntStream.range(0, size).mapToLong(figure).toArray();
    }
}
