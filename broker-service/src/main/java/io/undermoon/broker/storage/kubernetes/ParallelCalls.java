package io.undermoon.broker.storage.kubernetes;

import io.undermoon.broker.storage.RemoteCallException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A few threads for calls that do not depend on each other. They end when there is nothing to do. Thread-safe. */
final class ParallelCalls implements AutoCloseable {
    private static final int THREADS = 8;

    private final ThreadPoolExecutor threads;

    /** Something that calls the server for one item. */
    @FunctionalInterface
    interface Call<T> {
        void on(T item) throws RemoteCallException;
    }

    ParallelCalls() {
        threads = new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "kubernetes-calls");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Returns when all calls have ended. Once one has failed, no other begins, so a server that is away costs one
     * time-out.
     *
     * @throws RemoteCallException what the first of those that failed, in their order, has thrown
     */
    <T> void forEach(Collection<T> items, Call<T> call) throws RemoteCallException {
        AtomicBoolean hasFailed = new AtomicBoolean();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (T item : items) {
            running.add(CompletableFuture.runAsync(() -> run(item, call, hasFailed), threads));
        }
        RemoteCallException failure = null;
        for (CompletableFuture<Void> one : running) {
            try {
                one.join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof RemoteCallException cause)) {
                    throw e;
                }
                failure = failure == null ? cause : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Lets one thread do something when it has time. */
    void later(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static <T> void run(T item, Call<T> call, AtomicBoolean hasFailed) {
        if (hasFailed.get()) {
            return;
        }
        try {
            call.on(item);
        } catch (RemoteCallException e) {
            hasFailed.set(true);
            throw new CompletionException(e);
        }
    }
}
