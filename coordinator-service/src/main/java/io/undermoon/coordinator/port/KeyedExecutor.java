package io.undermoon.coordinator.port;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs one task for each of many keys concurrently, with a limit on concurrent tasks and never two at a time for the
 * same key. Each loop has its own, so that slow tasks of one loop do not use up the permits of another. Thread-safe.
 */
public final class KeyedExecutor {
    private static final Logger LOG = Logger.getLogger(KeyedExecutor.class);

    private final String name;
    private final Executor threads;
    private final Semaphore permits;
    private final Set<Object> running = ConcurrentHashMap.newKeySet();

    /**
     * @param threads must have a free thread for each concurrent task
     */
    public KeyedExecutor(String name, Executor threads, int maxConcurrent) {
        this.name = name;
        this.threads = threads;
        this.permits = new Semaphore(maxConcurrent);
    }

    /**
     * Starts the task for every key that has none running, then waits at most for the limit until all have ended. A
     * task that takes longer goes on in the background, and its key is skipped until it ends. Tasks must be bounded in
     * time; what they throw is logged.
     *
     * @return the number of keys that were skipped or whose task still runs
     */
    public <K> int forEach(Collection<K> keys, Consumer<K> task, Duration waitLimit) {
        List<CompletableFuture<Void>> started = new ArrayList<>(keys.size());
        int skipped = 0;
        try {
            for (K key : keys) {
                if (running.add(key)) {
                    started.add(start(key, task));
                } else {
                    skipped++;
                }
            }
            CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new))
                    .get(waitLimit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.debugf("Tasks continue in the background: executor=%s limit=%s", name, waitLimit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + ": a task was lost", e.getCause());
        }
        return skipped
                + (int) started.stream().filter(future -> !future.isDone()).count();
    }

    private <K> CompletableFuture<Void> start(K key, Consumer<K> task) throws InterruptedException {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            running.remove(key);
            throw e;
        }
        try {
            return CompletableFuture.runAsync(() -> run(key, task), threads);
        } catch (RejectedExecutionException e) {
            release(key);
            throw e;
        }
    }

    private <K> void run(K key, Consumer<K> task) {
        try {
            task.accept(key);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Task failed unexpectedly: executor=%s key=%s", name, key);
        } finally {
            release(key);
        }
    }

    private void release(Object key) {
        running.remove(key);
        permits.release();
    }
}
