package io.undermoon.broker.store;

import io.undermoon.broker.state.StoredChunk;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The chunks without slots, with the time since when this broker has seen them empty. They stay in their cluster for
 * a grace period, because a proxy in a cluster redirects clients to the owner of a slot and a free proxy cannot. Not
 * thread-safe.
 */
public final class EmptyChunks {
    private final Duration grace;
    private final LongSupplier nanoClock;
    private final Map<List<ProxyAddress>, Long> since = new HashMap<>();

    /**
     * @param grace how long clients may need to update their slot table
     * @param nanoClock as {@link System#nanoTime}
     */
    public EmptyChunks(Duration grace, LongSupplier nanoClock) {
        this.grace = grace;
        this.nanoClock = nanoClock;
    }

    /** Updates the set of empty chunks, and returns the proxies of those that have been empty for the grace period. */
    Set<List<ProxyAddress>> removable(Collection<StoredChunk> empty) {
        long now = nanoClock.getAsLong();
        Set<List<ProxyAddress>> present = new HashSet<>();
        empty.forEach(chunk -> present.add(chunk.proxyAddresses()));
        since.keySet().retainAll(present);
        present.forEach(proxies -> since.putIfAbsent(proxies, now));
        present.removeIf(proxies -> now - since.getOrDefault(proxies, now) < grace.toNanos());
        return present;
    }
}
