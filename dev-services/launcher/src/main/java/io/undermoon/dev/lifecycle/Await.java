package io.undermoon.dev.lifecycle;

import io.undermoon.dev.plan.LaunchException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Waits for conditions up to a timeout and reports from time to time what is still missing. */
public final class Await {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration REMIND = Duration.ofSeconds(5);

    private final Progress progress;
    private final Duration timeout;
    private final Runnable guard;
    private final Duration poll;

    /**
     * @param timeout for each wait
     * @param guard called at every poll; it throws to end the wait early
     */
    public Await(Progress progress, Duration timeout, Runnable guard) {
        this(progress, timeout, guard, POLL);
    }

    /** @param poll the time between two evaluations of a condition */
    public Await(Progress progress, Duration timeout, Runnable guard, Duration poll) {
        this.poll = poll;
        this.progress = progress;
        this.timeout = timeout;
        this.guard = guard;
    }

    /** A condition to wait for. */
    public interface Condition {
        /** What is still missing, in words for the user; empty when the wait is over. */
        List<String> missing();
    }

    /** @throws LaunchException at the deadline; it says what is missing */
    public void until(Condition condition) {
        long start = System.nanoTime();
        long reminded = start;
        List<String> missing = condition.missing();
        while (!missing.isEmpty()) {
            guard.run();
            long now = System.nanoTime();
            if (now - start > timeout.toNanos()) {
                throw new LaunchException(
                        "gave up after " + timeout.toSeconds() + " s of waiting for " + String.join(", ", missing));
            }
            if (now - reminded > REMIND.toNanos()) {
                progress.step("still waiting for " + String.join(", ", missing));
                reminded = now;
            }
            pause(poll);
            missing = condition.missing();
        }
    }

    /**
     * Lets time pass.
     *
     * @throws CancellationException if the thread is interrupted
     */
    public static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
