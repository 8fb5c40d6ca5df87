package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.Observer;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Redirection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the clients met: how many commands, how long they took, which errors and redirections. Thread-safe. */
final class Meter implements Observer {
    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final int DIGITS = 3;
    private static final int MAX_TEXTS = 500;
    private static final String OTHERS = "(other texts)";

    private final Recorder recorder = new Recorder(HIGHEST_NANOS, DIGITS);
    private final Histogram total = new Histogram(HIGHEST_NANOS, DIGITS);
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<Redirection.Kind, LongAdder> redirections = new ConcurrentHashMap<>();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder unknown = new LongAdder();

    @Override
    public void done(Outcome outcome, long nanos) {
        recorder.recordValue(Math.min(nanos, HIGHEST_NANOS));
        if (outcome instanceof Outcome.Acknowledged) {
            acknowledged.increment();
        } else if (outcome instanceof Outcome.Refused refused) {
            error(refused.error());
        } else if (outcome instanceof Outcome.Unknown open) {
            unknown.increment();
            error(open.error());
        }
    }

    @Override
    public void redirected(Redirection.Kind kind) {
        redirections.computeIfAbsent(kind, none -> new LongAdder()).increment();
    }

    private void error(String text) {
        String name = errors.containsKey(text) || errors.size() < MAX_TEXTS ? text : OTHERS;
        errors.computeIfAbsent(name, none -> new LongAdder()).increment();
    }

    /** The latencies since the last call; also added to the total. One thread at a time. */
    synchronized Histogram interval() {
        Histogram interval = recorder.getIntervalHistogram();
        total.add(interval);
        return interval;
    }

    synchronized Histogram total() {
        interval();
        return total.copy();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long unknown() {
        return unknown.sum();
    }

    Map<String, Long> errors() {
        return sums(errors);
    }

    Map<Redirection.Kind, Long> redirections() {
        return sums(redirections);
    }

    static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static <K extends Comparable<K>> Map<K, Long> sums(Map<K, LongAdder> adders) {
        Map<K, Long> sums = new TreeMap<>();
        adders.forEach((key, adder) -> sums.put(key, adder.sum()));
        return sums;
    }
}
