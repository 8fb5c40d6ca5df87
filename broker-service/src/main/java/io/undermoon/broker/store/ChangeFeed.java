package io.undermoon.broker.store;

import io.undermoon.metadata.Epoch;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Tells those who wait when the global epoch has changed. A waiter is forgotten when it is answered, at the latest when its
 * time is over. Safe for any number of threads.
 */
final class ChangeFeed {
    private final Map<Long, CompletableFuture<Epoch>> waiters = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();

    /** Answers everybody who waits. */
    void announce(Epoch epoch) {
        waiters.values().forEach(waiter -> waiter.complete(epoch));
    }

    /**
     * The present epoch as soon as it differs from the known one, or when the time is over.
     *
     * @param present reads the present epoch
     */
    CompletionStage<Epoch> await(Epoch known, Duration timeout, Supplier<Epoch> present) {
        CompletableFuture<Epoch> waiter = new CompletableFuture<>();
        Long id = nextId.getAndIncrement();
        waiters.put(id, waiter);
        CompletableFuture<Epoch> answer = waiter.whenComplete((epoch, failure) -> waiters.remove(id));
        // Only now that the waiter is known can no change be missed.
        Epoch now = present.get();
        if (!now.equals(known)) {
            waiter.complete(now);
        }
        waiter.completeOnTimeout(now, timeout.toMillis(), TimeUnit.MILLISECONDS);
        return answer;
    }
}
