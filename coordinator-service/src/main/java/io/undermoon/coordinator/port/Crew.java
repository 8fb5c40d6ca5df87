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
 * Does the same for many keys at once, with a limit on how many at a time and never twice at a time for the same key. One
 * crew serves one loop, so that the slow work of one does not take the places of another. Thread-safe.
 */
public final class Crew {
    private static final Logger LOG = Logger.getLogger(Crew.class);

    private final String name;
    private final Executor executor;
    private final Semaphore places;
    private final Set<Object> busy = ConcurrentHashMap.newKeySet();

    /**
     * @param executor must have a thread for each place
     */
    public Crew(String name, Executor executor, int places) {
        this.name = name;
        this.executor = executor;
        this.places = new Semaphore(places);
    }

    /**
     * Starts the work for every key that nobody is busy with, and waits for it, but after the last start only for as long as
     * its patience lasts: what takes longer goes on behind the caller's back, and its keys are passed over until it ends. Work
     * must be bounded in time; what it throws is logged.
     *
     * @return how many keys were passed over or left behind
     */
    public <K> int each(Collection<K> keys, Consumer<K> work, Duration patience) {
        List<CompletableFuture<Void>> started = new ArrayList<>(keys.size());
        int passedOver = 0;
        try {
            for (K key : keys) {
                if (busy.add(key)) {
                    started.add(start(key, work));
                } else {
                    passedOver++;
                }
            }
            CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new))
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.debugf("%s: going on without those that take longer than %s", name, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(name + ": work was lost", e.getCause());
        }
        return passedOver
                + (int) started.stream().filter(task -> !task.isDone()).count();
    }

    private <K> CompletableFuture<Void> start(K key, Consumer<K> work) throws InterruptedException {
        try {
            places.acquire();
        } catch (InterruptedException e) {
            busy.remove(key);
            throw e;
        }
        try {
            return CompletableFuture.runAsync(() -> perform(key, work), executor);
        } catch (RejectedExecutionException e) {
            leave(key);
            throw e;
        }
    }

    private <K> void perform(K key, Consumer<K> work) {
        try {
            work.accept(key);
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: work for %s failed unexpectedly", name, key);
        } finally {
            leave(key);
        }
    }

    private void leave(Object key) {
        busy.remove(key);
        places.release();
    }
}
