package io.undermoon.coordinator.port;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pauses between attempts, by key: each failure in a row doubles the pause up to a limit, a success ends it.
 * Thread-safe.
 */
public final class Backoff<K> {
    private final long firstNanos;
    private final long maxNanos;
    private final LongSupplier nanoClock;
    private final Map<K, Pause> pauses = new ConcurrentHashMap<>();

    private record Pause(long lengthNanos, long startNanos) {
        long leftNanos(long now) {
            return Math.max(0, lengthNanos - (now - startNanos));
        }
    }

    /**
     * @param nanoClock as {@link System#nanoTime}
     */
    public Backoff(Duration first, Duration max, LongSupplier nanoClock) {
        this.firstNanos = first.toNanos();
        this.maxNanos = max.toNanos();
        this.nanoClock = nanoClock;
    }

    /** Whether the key has no pause now. */
    public boolean ready(K key) {
        return left(key).isZero();
    }

    /** The rest of the pause. */
    public Duration left(K key) {
        Pause pause = pauses.get(key);
        return pause == null ? Duration.ZERO : Duration.ofNanos(pause.leftNanos(nanoClock.getAsLong()));
    }

    /** Whether the last attempt failed. */
    public boolean failing(K key) {
        return pauses.containsKey(key);
    }

    /**
     * Records a failure.
     *
     * @return whether it is the first failure in a row
     */
    public boolean failed(K key) {
        return pauses.put(key, longer(pauses.get(key))) == null;
    }

    /**
     * Records a success.
     *
     * @return whether the last attempt failed
     */
    public boolean succeeded(K key) {
        return pauses.remove(key) != null;
    }

    /** Removes all other keys. */
    public void retain(Collection<K> keys) {
        pauses.keySet().retainAll(keys);
    }

    private Pause longer(@Nullable Pause before) {
        long length = before == null ? firstNanos : Math.min(maxNanos, before.lengthNanos * 2);
        return new Pause(length, nanoClock.getAsLong());
    }
}
