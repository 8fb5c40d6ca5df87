package io.undermoon.proxy.stats;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** The counters of all event loops, summed up on each read. */
public final class ProxyStats {
    private final List<LoopStats> loops;

    public ProxyStats(List<LoopStats> loops) {
        this.loops = List.copyOf(loops);
    }

    public long get(Counter counter) {
        return sum(loop -> loop.get(counter));
    }

    public long calls(int commandId) {
        return sum(loop -> loop.calls(commandId));
    }

    /** See {@link LoopStats#timedCalls}. */
    public long timedCalls(int commandId) {
        return sum(loop -> loop.timedCalls(commandId));
    }

    public long failures(int commandId) {
        return sum(loop -> loop.failures(commandId));
    }

    public long rejections(int commandId) {
        return sum(loop -> loop.rejections(commandId));
    }

    public long micros(int commandId) {
        return sum(loop -> loop.micros(commandId));
    }

    /** Replies that took less than {@code 2^bucket} microseconds and no less than half of that. */
    public long latencyBucket(int bucket) {
        return sum(loop -> loop.latencyBucket(bucket));
    }

    /** The replies to one command in a bucket. */
    public long latencyBucket(int commandId, int bucket) {
        return sum(loop -> loop.latencyBucket(commandId, bucket));
    }

    /** How many error replies clients got, by code. */
    public Map<String, Long> errors() {
        Map<String, Long> errors = new TreeMap<>();
        loops.forEach(loop -> loop.errors().all().forEach((code, count) -> errors.merge(code, count, Long::sum)));
        return errors;
    }

    private long sum(ToLongFunction<LoopStats> figure) {
        long sum = 0;
        for (LoopStats loop : loops) {
            sum += figure.applyAsLong(loop);
        }
        return sum;
    }
}
