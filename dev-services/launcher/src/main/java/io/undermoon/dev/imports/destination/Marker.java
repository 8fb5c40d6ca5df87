package io.undermoon.dev.imports.destination;

import org.jspecify.annotations.Nullable;

/**
 * What is written into a slot together with its keys: says exactly which batches of keys the slot has. It moves with
 * the slot, and if a failover loses keys, it loses the marker of these keys as well.
 *
 * @param attempt who writes; a later attempt has a higher number
 * @param checkpoint all changes up to it are in the slot; 0 for none
 * @param batches that the attempt has written to the slot
 */
public record Marker(long attempt, long checkpoint, long batches) {
    /** The marker after one more batch. */
    public Marker next(long newCheckpoint) {
        return new Marker(attempt, newCheckpoint, batches + 1);
    }

    @Override
    public String toString() {
        return attempt + ":" + checkpoint + ":" + batches;
    }

    /** Null for text that is no marker, such as that of a slot without one. */
    public static @Nullable Marker parse(String text) {
        String[] parts = text.split(":", -1);
        try {
            return parts.length == 3
                    ? new Marker(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
