package io.undermoon.proxy.usage;

import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a search for hot keys is to find.
 *
 * @param metrics by what keys are hot
 * @param count how many keys are shown for each
 * @param sampleRatio one of so many commands is looked at; 0 for as many as can be borne
 * @param slots those whose keys count; null for all
 * @param startMillis when it began, by the wall clock
 * @param startNanos when it began, as {@link System#nanoTime}
 * @param durationNanos for how long it goes on; 0 for until it is stopped
 */
public record HotKeySession(
        Set<Metric> metrics,
        int count,
        int sampleRatio,
        @Nullable BitSet slots,
        long startMillis,
        long startNanos,
        long durationNanos) {
    public HotKeySession {
        metrics = Set.copyOf(metrics);
        slots = slots == null ? null : (BitSet) slots.clone();
    }

    /** By what keys are hot. */
    public enum Metric {
        /** The time between commands and replies. */
        CPU,
        /** Bytes of commands and replies. */
        NET,
        /** Commands. */
        OPS
    }

    boolean isOver(long nowNanos) {
        return durationNanos > 0 && nowNanos - startNanos >= durationNanos;
    }

    boolean covers(int slot) {
        return slots == null || slots.get(slot);
    }
}
