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
 * For how long chunks have been empty, as far as this broker has seen. A proxy that is in a cluster leads clients that still
 * come to it to the owner of a slot; one that is free cannot. Not thread-safe.
 */
public final class EmptyChunks {
    private final Duration grace;
    private final LongSupplier nanoClock;
    private final Map<List<ProxyAddress>, Long> since = new HashMap<>();

    /**
     * @param grace how long clients may need to learn where slots have gone
     * @param nanoClock as {@link System#nanoTime}
     */
    public EmptyChunks(Duration grace, LongSupplier nanoClock) {
        this.grace = grace;
        this.nanoClock = nanoClock;
    }

    /** Takes note of the chunks that are empty now, and returns the proxies of those that have been so for long enough. */
    Set<List<ProxyAddress>> sinceGracePeriod(Collection<StoredChunk> empty) {
        long now = nanoClock.getAsLong();
        Set<List<ProxyAddress>> present = new HashSet<>();
        empty.forEach(chunk -> present.add(chunk.proxyAddresses()));
        since.keySet().retainAll(present);
        present.forEach(proxies -> since.putIfAbsent(proxies, now));
        present.removeIf(proxies -> now - since.getOrDefault(proxies, now) < grace.toNanos());
        return present;
    }
}
