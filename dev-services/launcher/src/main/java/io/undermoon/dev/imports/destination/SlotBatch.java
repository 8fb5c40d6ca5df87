package io.undermoon.dev.imports.destination;

import java.util.List;

/**
 * Keys of one slot that are written at once.
 *
 * @param before the marker that the slot has
 * @param after the marker that it has then
 */
public record SlotBatch(int slot, Marker before, Marker after, List<Entry> entries) {
    /**
     * A key and what it becomes.
     *
     * @param expiresMillis since the epoch, 0 for never
     * @param dump empty for a key that is to go
     */
    public record Entry(byte[] key, long expiresMillis, byte[] dump) {}

    public SlotBatch {
        entries = List.copyOf(entries);
    }

    /** The bytes of keys and values. */
    public long bytes() {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.key().length + entry.dump().length;
        }
        return bytes;
    }
}
