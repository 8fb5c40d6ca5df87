package io.undermoon.proxy.usage;

import io.undermoon.slot.Slot;

/** What has been used of each slot. Owned by whoever made it. */
public final class SlotUsage {
    private static final int FIGURES = Figure.values().length;

    /** The figures of a slot lie together, in one line of the processor's cache. */
    private final long[] values = new long[Slot.COUNT * FIGURES];

    SlotUsage() {}

    /** What is counted. */
    public enum Figure {
        /** Commands. */
        OPS,
        /** Time between the arrival of commands and that of their replies. */
        MICROS,
        /** Bytes of commands. */
        BYTES_IN,
        /** Bytes of replies. */
        BYTES_OUT
    }

    void add(int slot, long commands, long micros, long bytesIn, long bytesOut) {
        int at = slot * FIGURES;
        values[at] += commands;
        values[at + 1] += micros;
        values[at + 2] += bytesIn;
        values[at + 3] += bytesOut;
    }

    void add(SlotUsage more) {
        for (int i = 0; i < values.length; i++) {
            values[i] += more.values[i];
        }
    }

    public long get(int slot, Figure figure) {
        return values[slot * FIGURES + figure.ordinal()];
    }
}
