package io.undermoon.coordinator.job;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.coordinator.port.KeyedExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One executor per kind of task on shared threads. The executors bound the number of threads; idle threads end. */
final class LoopExecutors implements AutoCloseable {
    private static final int MAX_PROXIES = 64;
    private static final int MAX_BROKER_CALLS = 16;

    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("loop-task", true));
    private final KeyedExecutor probing = new KeyedExecutor("probing", threads, MAX_PROXIES);
    private final KeyedExecutor pushing = new KeyedExecutor("pushing", threads, MAX_PROXIES);
    private final KeyedExecutor migrating = new KeyedExecutor("migrating", threads, MAX_PROXIES);
    private final KeyedExecutor fetching = new KeyedExecutor("fetching", threads, MAX_BROKER_CALLS);

    private final KeyedExecutor leasing = new KeyedExecutor("leasing", threads, MAX_PROXIES);

    KeyedExecutor leasing() {
        return leasing;
    }

    KeyedExecutor probing() {
        return probing;
    }

    KeyedExecutor pushing() {
        return pushing;
    }

    KeyedExecutor migrating() {
        return migrating;
    }

    /** For calls to the broker. */
    KeyedExecutor fetching() {
        return fetching;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
