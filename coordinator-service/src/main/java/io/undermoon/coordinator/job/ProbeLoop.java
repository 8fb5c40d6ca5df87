package io.undermoon.coordinator.job;

import io.undermoon.coordinator.detect.FailureDetector;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The loop that probes proxies, on its own thread: the scheduler of Quarkus does not tick more than once a second. */
final class ProbeLoop implements AutoCloseable {
    /** From so late a round on the coordinator counts as having stood still. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    /** The part of an interval that one proxy takes at least, so that a thousand of them are probed once a second. */
    private static final Duration PER_PROXY = Duration.ofMillis(1);

    private final FailureDetector detector;
    private final LoopRunner runner;
    private final Duration interval;
    private final LongSupplier nanoClock;
    private final RepeatedStep thread = new RepeatedStep("probe-loop", this::step);
    private long dueNanos;

    /**
     * @param nanoClock as {@link System#nanoTime}
     */
    ProbeLoop(FailureDetector detector, LoopRunner runner, Duration interval, LongSupplier nanoClock) {
        this.detector = detector;
        this.runner = runner;
        this.interval = interval;
        this.nanoClock = nanoClock;
        this.dueNanos = nanoClock.getAsLong();
    }

    void start() {
        dueNanos = nanoClock.getAsLong();
        thread.start();
    }

    @Override
    public void close() {
        thread.close();
    }

    /** One round; returns the pause before the next. */
    Duration step() {
        long start = nanoClock.getAsLong();
        if (start - dueNanos >= PAUSE.toNanos()) {
            detector.forgetSilence();
        }
        runner.run(ScheduledLoops.DETECT, detector::round);
        long end = nanoClock.getAsLong();
        dueNanos = Math.max(start + pause().toNanos() - end, 0) + end;
        return Duration.ofNanos(dueNanos - end);
    }

    private Duration pause() {
        Duration least = PER_PROXY.multipliedBy(detector.knownProxies());
        return least.compareTo(interval) > 0 ? least : interval;
    }
}
