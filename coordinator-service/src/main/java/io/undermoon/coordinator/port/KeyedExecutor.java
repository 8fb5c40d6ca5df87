package io.undermoon.coordinator.port;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs one task for each of many keys concurrently, with a limit on concurrent tasks and never two at a time for the
 * same key. A thread takes one key after the other, so a thousand of them are not a thousand hand-overs. Each loop has
 * its own executor, so that slow tasks of one loop do not use up the permits of another. Thread-safe.
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
     * Runs the task for every key that has none running, and waits at most for the limit until all have ended. What has
     * not ended by then goes on in the background, and its keys are skipped until it ends. Tasks must be bounded in
     * time; what they throw is logged.
     *
     * @return the number of keys that were skipped or whose task has not ended
     */
    public <K> int forEach(Collection<K> keys, Consumer<K> task, Duration waitLimit) {
        Batch<K> batch = new Batch<>(task, keys.stream().filter(running::add).toList());
        int skipped = keys.size() - batch.size();
        try {
            if (batch.size() > 0) {
                start(batch);
                batch.await(waitLimit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            batch.abandon();
        }
        return skipped + batch.left();
    }

    /** On as many threads as are permitted now, and on one at least: they take one key after the other. */
    private void start(Batch<?> batch) throws InterruptedException {
        permits.acquire();
        int workers = 1;
        while (workers < batch.size() && permits.tryAcquire()) {
            workers++;
        }
        for (int started = 0; started < workers; started++) {
            try {
                threads.execute(batch);
            } catch (RejectedExecutionException e) {
                permits.release(workers - started);
                batch.abandon();
                throw e;
            }
        }
    }

    /** The keys of one call. Its workers run it. */
    private final class Batch<K> implements Runnable {
        private final Consumer<K> task;
        private final Queue<K> waiting;
        private final int size;
        private final CountDownLatch ended;

        Batch(Consumer<K> task, List<K> keys) {
            this.task = task;
            this.waiting = new ConcurrentLinkedQueue<>(keys);
            this.size = keys.size();
            this.ended = new CountDownLatch(size);
        }

        int size() {
            return size;
        }

        int left() {
            return (int) ended.getCount();
        }

        void await(Duration limit) throws InterruptedException {
            if (!ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.debugf("Tasks continue in the background: executor=%s limit=%s", name, limit);
            }
        }

        @Override
        public void run() {
            try {
                for (K key = waiting.poll(); key != null; key = waiting.poll()) {
                    run(key);
                }
            } finally {
                // Nothing is left here, unless a task has ended this thread.
                abandon();
                permits.release();
            }
        }

        private void run(K key) {
            try {
                task.accept(key);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Task failed unexpectedly: executor=%s key=%s", name, key);
            } finally {
                end(key);
            }
        }

        /** Leaves out the keys whose turn has not come. */
        void abandon() {
            for (K key = waiting.poll(); key != null; key = waiting.poll()) {
                end(key);
            }
        }

        private void end(K key) {
            running.remove(key);
            ended.countDown();
        }
    }
}
