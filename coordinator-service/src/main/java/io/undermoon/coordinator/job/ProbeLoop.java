package io.undermoon.coordinator.job;

import io.undermoon.coordinator.detect.FailureDetector;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The loop that probes proxies, on its own thread: the scheduler of Quarkus does not tick more than once a second. */
final class ProbeLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ProbeLoop.class);

    /** The part of an interval that one proxy takes at least, so that a thousand of them are probed once a second. */
    private static final Duration PER_PROXY = Duration.ofMillis(1);

    private final FailureDetector detector;
    private final LoopRunner runner;
    private final Duration interval;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::loop, "probe-loop");

    ProbeLoop(FailureDetector detector, LoopRunner runner, Duration interval) {
        this.detector = detector;
        this.runner = runner;
        this.interval = interval;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        stopped.countDown();
        thread.interrupt();
    }

    private void loop() {
        try {
            long next = System.nanoTime();
            while (!stopped.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                long start = System.nanoTime();
                runner.run(ScheduledLoops.DETECT, detector::round);
                next = start + pause().toNanos();
            }
        } catch (InterruptedException e) {
            LOG.debug("Probe loop stopped");
        }
    }

    private Duration pause() {
        Duration least = PER_PROXY.multipliedBy(detector.knownProxies());
        return least.compareTo(interval) > 0 ? least : interval;
    }
}
