package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done in one slot. A key goes from {@code unread} by way of whoever reads it at the source to {@code
 * unwritten}, and from there into a batch. Of a slot at most one batch is on its way and at most one set of keys is
 * being read: so what is written later was read later. Owned by the lock of {@link Backlog}.
 */
final class SlotWork {
    /** A value that is to be written, and the generation of its oldest change. */
    record Value(long generation, SlotBatch.Entry entry) {
        int bytes() {
            return entry.key().length + entry.dump().length;
        }
    }

    final int slot;

    /** Changed at the source and not yet read, with the generation of the oldest change. */
    final Map<Key, Long> unread = new LinkedHashMap<>();

    final Map<Key, Value> unwritten = new LinkedHashMap<>();

    /** What somebody reads at the source at the moment. */
    final List<byte[]> beingRead = new ArrayList<>();

    boolean isQueuedForReading;
    boolean isQueuedForWriting;

    /** The batch on its way, or to be sent again. */
    @Nullable
    SlotBatch batch;

    /** The generations of the changes in the batch. */
    long[] batchGenerations = {};

    boolean isBatchSent;
    Marker marker;
    long wantedCheckpoint;

    SlotWork(int slot, Marker marker) {
        this.slot = slot;
        this.marker = marker;
        this.wantedCheckpoint = marker.checkpoint();
    }

    boolean hasToBeWritten() {
        return batch != null || !unwritten.isEmpty() || wantedCheckpoint > marker.checkpoint();
    }

    /** Makes the next batch. */
    SlotBatch makeBatch(int maxKeys, int maxBytes) {
        List<SlotBatch.Entry> entries = new ArrayList<>();
        long[] generations = new long[Math.min(maxKeys, unwritten.size())];
        long bytes = 0;
        Iterator<Value> values = unwritten.values().iterator();
        while (values.hasNext() && entries.size() < maxKeys && bytes < maxBytes) {
            Value value = values.next();
            values.remove();
            generations[entries.size()] = value.generation();
            entries.add(value.entry());
            bytes += value.bytes();
        }
        batchGenerations = Arrays.copyOf(generations, entries.size());
        SlotBatch made = new SlotBatch(slot, marker, marker.next(wantedCheckpoint), entries);
        batch = made;
        return made;
    }
}
