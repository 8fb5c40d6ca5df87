package io.undermoon.broker.store;

import io.undermoon.fault.UndermoonException;
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
 * The waiting long polls for a change of the global epoch. A waiter is removed when it is answered, at the latest at
 * its time limit. Thread-safe.
 */
final class ChangeFeed {
    private final Map<Long, Waiter> waiters = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong();

    private record Waiter(Epoch known, CompletableFuture<Epoch> answer) {}

    /** Completes the waiters that know another epoch. */
    void announce(Epoch epoch) {
        waiters.values().forEach(waiter -> {
            if (!waiter.known().equals(epoch)) {
                waiter.answer().complete(epoch);
            }
        });
    }

    /** Ends all waiters with a failure. */
    void fail(UndermoonException failure) {
        waiters.values().forEach(waiter -> waiter.answer().completeExceptionally(failure));
    }

    /**
     * Completes with the current epoch as soon as it differs from the known one, or at the time limit.
     *
     * @param present reads the current epoch
     */
    CompletionStage<Epoch> await(Epoch known, Duration timeout, Supplier<Epoch> present) {
        CompletableFuture<Epoch> waiter = new CompletableFuture<>();
        Long id = nextId.getAndIncrement();
        waiters.put(id, new Waiter(known, waiter));
        CompletableFuture<Epoch> answer = waiter.whenComplete((epoch, failure) -> waiters.remove(id));
        // Read after the waiter was registered, so that no change is missed.
        Epoch now = present.get();
        if (!now.equals(known)) {
            waiter.complete(now);
        }
        waiter.completeOnTimeout(now, timeout.toMillis(), TimeUnit.MILLISECONDS);
        return answer;
    }
}
