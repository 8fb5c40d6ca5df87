package io.undermoon.coordinator.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The time at which each loop last ended a round, successful or not. Thread-safe. */
final class Heartbeat {
    private final LongSupplier nanoClock;
    private final Map<String, Long> lastBeats = new ConcurrentHashMap<>();

    /**
     * @param loops all loops; the time of each starts now
     * @param nanoClock as {@link System#nanoTime}
     */
    Heartbeat(List<String> loops, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        loops.forEach(this::beat);
    }

    void beat(String loop) {
        lastBeats.put(loop, nanoClock.getAsLong());
    }

    /** The loops that have not ended a round within the limit. */
    List<String> silentFor(Duration limit) {
        long now = nanoClock.getAsLong();
        return lastBeats.entrySet().stream()
                .filter(beat -> now - beat.getValue() > limit.toNanos())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
