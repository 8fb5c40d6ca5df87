package io.undermoon.coordinator.job;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.coordinator.port.Crew;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One crew per loop on common threads: as many as there is work at once, which the crews bound; idle ones end. */
final class Crews implements AutoCloseable {
    private static final int PROXIES_AT_ONCE = 64;
    private static final int QUESTIONS_AT_ONCE = 16;

    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("crew", true));
    private final Crew probing = new Crew("probing", threads, PROXIES_AT_ONCE);
    private final Crew pushing = new Crew("pushing", threads, PROXIES_AT_ONCE);
    private final Crew migrating = new Crew("migrating", threads, PROXIES_AT_ONCE);
    private final Crew fetching = new Crew("fetching", threads, QUESTIONS_AT_ONCE);

    Crew probing() {
        return probing;
    }

    Crew pushing() {
        return pushing;
    }

    Crew migrating() {
        return migrating;
    }

    /** For questions to the broker. */
    Crew fetching() {
        return fetching;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
