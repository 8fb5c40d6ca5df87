package io.undermoon.coordinator.job;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** A thread that takes a step again and again, each time after the pause that the step before has returned. */
final class RepeatedStep implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RepeatedStep.class);

    private final Supplier<Duration> step;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param step returns the pause before the next one; must not throw
     */
    RepeatedStep(String name, Supplier<Duration> step) {
        this.step = step;
        this.thread = new Thread(this::repeat, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Interrupts the present step or pause; no other follows. */
    @Override
    public void close() {
        stopped.countDown();
        thread.interrupt();
    }

    private void repeat() {
        try {
            Duration pause = Duration.ZERO;
            while (!stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                pause = step.get();
            }
        } catch (InterruptedException e) {
            LOG.debugf("Thread stopped: thread=%s", thread.getName());
        }
    }
}
