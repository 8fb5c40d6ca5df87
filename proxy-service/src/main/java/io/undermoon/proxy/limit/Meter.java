package io.undermoon.proxy.limit;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The limits of one user or cluster at this proxy, and what is used of them. Thread-safe. */
public final class Meter {
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Limits limits = Limits.NONE;
    private volatile @Nullable Rates rates;

    public Limits limits() {
        return limits;
    }

    /** Sets the limits; what was used of the former ones is forgotten. Connections beyond a new limit stay. */
    public synchronized void limits(Limits next) {
        if (!next.equals(limits)) {
            limits = next;
            rates = next.commands() == 0 && next.bytes() == 0 ? null : new Rates(next, System.nanoTime());
        }
    }

    /** The present rates; null if there is no limit of them. */
    public @Nullable Rates rates() {
        return rates;
    }

    /** Whether there may be no more connections. */
    public boolean isFull() {
        long limit = limits.connections();
        return limit > 0 && connections.get() >= limit;
    }

    public void connected() {
        connections.incrementAndGet();
    }

    public void disconnected() {
        connections.decrementAndGet();
    }
}
