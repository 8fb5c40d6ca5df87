package io.undermoon.proxy.stats;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The counters of one event loop. Written by that loop only, with plain additions; read by any thread, which may see
 * slightly old values. Counters of commands are indexed by the command's dense id.
 */
public final class LoopStats {
    /** Bucket {@code i} of the latency histogram counts replies that took less than {@code 2^i} microseconds. */
    public static final int LATENCY_BUCKETS = 26;

    private final AtomicLongArray counters = new AtomicLongArray(Counter.values().length);
    private final AtomicLongArray calls;

    /** Commands of transactions that were executed; their time is that of {@code EXEC}. */
    private final AtomicLongArray inTransactions;

    private final AtomicLongArray failures;
    private final AtomicLongArray rejections;
    private final AtomicLongArray micros;
    private final ErrorCounts errors = new ErrorCounts();

    /** A histogram for each command that has been called. */
    private final AtomicReferenceArray<AtomicLongArray> latency;

    /**
     * @param commandCount the number of command ids
     */
    public LoopStats(int commandCount) {
        calls = new AtomicLongArray(commandCount);
        inTransactions = new AtomicLongArray(commandCount);
        failures = new AtomicLongArray(commandCount);
        rejections = new AtomicLongArray(commandCount);
        micros = new AtomicLongArray(commandCount);
        latency = new AtomicReferenceArray<>(commandCount);
    }

    public void add(Counter counter, long amount) {
        add(counters, counter.ordinal(), amount);
    }

    /** A command was answered by a backend or by the proxy itself. */
    public void answered(int commandId, boolean withError, long nanos) {
        add(calls, commandId, 1);
        if (withError) {
            add(failures, commandId, 1);
        }
        long elapsedMicros = nanos >> 10;
        add(micros, commandId, elapsedMicros);
        int bucket = 64 - Long.numberOfLeadingZeros(elapsedMicros);
        AtomicLongArray histogram = latency.getPlain(commandId);
        if (histogram == null) {
            histogram = new AtomicLongArray(LATENCY_BUCKETS);
            latency.setRelease(commandId, histogram);
        }
        add(histogram, Math.min(bucket, LATENCY_BUCKETS - 1), 1);
    }

    /** The error replies that clients got. */
    public ErrorCounts errors() {
        return errors;
    }

    /** A command was executed as a part of a transaction, whose {@code EXEC} is counted as {@link #answered}. */
    public void executedInTransaction(int commandId) {
        add(inTransactions, commandId, 1);
    }

    /** A command was refused by the proxy: wrong arity, keys in several slots, not allowed. */
    public void rejected(int commandId) {
        add(rejections, commandId, 1);
    }

    public long get(Counter counter) {
        return counters.getOpaque(counter.ordinal());
    }

    /** How often a command was executed, in transactions and outside. */
    public long calls(int commandId) {
        return timedCalls(commandId) + inTransactions.getOpaque(commandId);
    }

    /** How many of the calls {@link #micros} and the histograms are of: those outside of transactions. */
    public long timedCalls(int commandId) {
        return calls.getOpaque(commandId);
    }

    public long failures(int commandId) {
        return failures.getOpaque(commandId);
    }

    public long rejections(int commandId) {
        return rejections.getOpaque(commandId);
    }

    /** Time between the arrival of commands and that of their replies, in units of 1024 nanoseconds. */
    public long micros(int commandId) {
        return micros.getOpaque(commandId);
    }

    /** How many replies to a command are in a bucket of its latency histogram. */
    public long latencyBucket(int commandId, int bucket) {
        AtomicLongArray histogram = latency.getAcquire(commandId);
        return histogram == null ? 0 : histogram.getOpaque(bucket);
    }

    /** How many replies to all commands are in a bucket. */
    public long latencyBucket(int bucket) {
        long sum = 0;
        for (int id = 0; id < latency.length(); id++) {
            sum += latencyBucket(id, bucket);
        }
        return sum;
    }

    private static void add(AtomicLongArray array, int index, long amount) {
        array.setOpaque(index, array.getPlain(index) + amount);
    }
}
