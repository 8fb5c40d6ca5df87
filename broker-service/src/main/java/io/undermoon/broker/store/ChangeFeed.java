package io.undermoon.broker.store;

import io.undermoon.metadata.Epoch;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells those who wait when the global epoch has changed. A waiter is forgotten when it is answered, at the latest when its
 * time is over. Safe for any number of threads.
 */
final class ChangeFeed {
    private final Set<CompletableFuture<Epoch>> waiters = ConcurrentHashMap.newKeySet();

    /** Answers everybody who waits. */
    void announce(Epoch epoch) {
        waiters.forEach(waiter -> waiter.complete(epoch));
    }

    /**
     * The present epoch as soon as it differs from the known one, or when the time is over.
     *
     * @param present reads the present epoch
     */
    CompletionStage<Epoch> await(Epoch known, Duration timeout, Supplier<Epoch> present) {
        CompletableFuture<Epoch> waiter = new CompletableFuture<>();
        waiters.add(waiter);
        waiter.whenComplete((epoch, failure) -> waiters.remove(waiter));
        // Only now, after the waiter is in the set, can no change be missed.
        Epoch now = present.get();
        if (!now.equals(known)) {
            waiter.complete(now);
        }
        return waiter.completeOnTimeout(now, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    int waiting() {
        return waiters.size();
    }
}
