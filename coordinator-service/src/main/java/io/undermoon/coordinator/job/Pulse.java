package io.undermoon.coordinator.job;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** When each loop last ended a round, whatever the outcome. Thread-safe. */
final class Pulse {
    private final LongSupplier nanoClock;
    private final Map<String, Long> beats = new ConcurrentHashMap<>();

    /**
     * @param loops the loops that are expected to beat, from now on
     * @param nanoClock as {@link System#nanoTime}
     */
    Pulse(List<String> loops, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        loops.forEach(this::beat);
    }

    void beat(String loop) {
        beats.put(loop, nanoClock.getAsLong());
    }

    /** The loops that did not end a round for longer than the limit. */
    List<String> silentFor(Duration limit) {
        long now = nanoClock.getAsLong();
        return beats.entrySet().stream()
                .filter(beat -> now - beat.getValue() > limit.toNanos())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }
}
