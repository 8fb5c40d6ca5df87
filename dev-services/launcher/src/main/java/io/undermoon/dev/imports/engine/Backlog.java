package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotBatch;
import io.undermoon.dev.imports.source.KeyState;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt still has to do: keys that have changed and are to be read again, and values that are to be
 * written. Knows for which position of every master all changes are in the destination: each change belongs to a
 * generation, a checkpoint begins a new one, and its positions hold when the generation before has nothing left.
 * Thread-safe; waiting ends with {@link EndedException} when the attempt has ended.
 */
final class Backlog {
    private static final int MAX_BATCH_KEYS = 512;
    private static final int MAX_BATCH_BYTES = 1 << 20;
    private static final byte[] NOTHING = {};

    /** What the name of a key takes beside its bytes. */
    private static final int NAME_BYTES = 120;

    private final SlotWork[] slots = new SlotWork[Slot.COUNT];
    private final Deque<SlotWork> toRead = new ArrayDeque<>();
    private final Deque<SlotWork> toWrite = new ArrayDeque<>();
    private final Map<HostPort, Position> positions = new HashMap<>();
    private final Counters counters;
    private final long maxBytes;

    /** Names of keys to read that memory has no room for. */
    private final KeySpill spill;

    /** Changes that are not written yet, of the present generation and of the one before. */
    private final long[] open = new long[2];

    private long generation;
    private long unwrittenBytes;
    private long unreadBytes;
    private int snapshots;
    private @Nullable Exception failure;
    private boolean ended;

    /**
     * @param maxBytes of values that may wait to be written, and of names that wait to be read
     * @param directory for further names
     */
    Backlog(List<Marker> markers, long maxBytes, Path directory, Counters counters) {
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            slots[slot] = new SlotWork(slot, markers.get(slot));
        }
        this.maxBytes = maxBytes;
        this.counters = counters;
        this.spill = new KeySpill(directory);
    }

    /** Keys to read, with the slots that they belong to. */
    record Reading(List<SlotWork> works, List<byte[]> keys, List<Long> generations, List<Integer> counts) {}

    // What comes from the source.

    /** Keys may have changed, and the stream of a master has come to a position. */
    synchronized void changed(HostPort master, List<byte[]> keys, Position position) {
        for (byte[] key : keys) {
            add(key);
        }
        positions.put(master, position);
        counters.commands++;
    }

    /** Keys are to be read again, whatever the stream says. */
    synchronized void readAgain(List<byte[]> keys) {
        keys.forEach(this::add);
    }

    private void add(byte[] name) {
        SlotWork work = slots[Slot.of(name)];
        Key key = new Key(name);
        if (work.unread.containsKey(key)) {
            return;
        }
        open[(int) (generation & 1)]++;
        counters.unread++;
        if (unreadBytes < maxBytes) {
            putUnread(work, key, generation);
        } else {
            toSpill(name);
        }
    }

    private void putUnread(SlotWork work, Key key, long changedIn) {
        work.unread.put(key, changedIn);
        unreadBytes += NAME_BYTES + key.bytes().length;
        queueForReading(work);
    }

    private void toSpill(byte[] name) {
        try {
            if (!ended) {
                spill.add(generation, name);
            }
        } catch (IOException e) {
            fail(new IOException("the names of changed keys cannot be kept: " + e.getMessage(), e));
        }
    }

    /** Brings names back for which there is room now. */
    private void fromSpill() {
        try {
            while (!ended && !spill.isEmpty() && unreadBytes < maxBytes / 2) {
                for (KeySpill.Entry entry : spill.take()) {
                    SlotWork work = slots[Slot.of(entry.name())];
                    Key key = new Key(entry.name());
                    Long former = work.unread.get(key);
                    if (former == null) {
                        putUnread(work, key, entry.generation());
                    } else {
                        work.unread.put(key, Math.min(former, entry.generation()));
                        open[(int) (Math.max(former, entry.generation()) & 1)]--;
                        counters.unread--;
                    }
                }
            }
        } catch (IOException e) {
            fail(new IOException("the names of changed keys cannot be read: " + e.getMessage(), e));
        }
    }

    /**
     * Keys of which a value waits to be written, is being written or is being read. All other values that this
     * attempt has got are in the destination.
     *
     * @param mine of which slots
     */
    synchronized List<byte[]> pending(IntPredicate mine) {
        List<byte[]> pending = new ArrayList<>();
        for (SlotWork work : slots) {
            if (mine.test(work.slot)) {
                work.unwritten.keySet().forEach(key -> pending.add(key.bytes()));
                pending.addAll(work.beingRead);
                SlotBatch batch = work.batch;
                if (batch != null) {
                    batch.entries().forEach(entry -> pending.add(entry.key()));
                }
            }
        }
        return pending;
    }

    /** A snapshot begins: changes wait until it has been read, because it has older values of the same keys. */
    synchronized void beginSnapshot(HostPort master) {
        snapshots++;
        positions.remove(master);
    }

    /** A snapshot has been read, or will not be. */
    synchronized void endSnapshot() {
        snapshots--;
        notifyAll();
    }

    /** A value of a snapshot; waits while too much is to be written. */
    synchronized void copied(byte[] name, long expiresMillis, byte[] dump) throws EndedException {
        while (unwrittenBytes > maxBytes) {
            await();
        }
        requireRunning();
        SlotWork work = slots[Slot.of(name)];
        Key key = new Key(name);
        if (!work.unread.containsKey(key)) {
            put(work, key, generation, new SlotBatch.Entry(name, expiresMillis, dump));
            open[(int) (generation & 1)]++;
        }
    }

    private void put(SlotWork work, Key key, long changedIn, SlotBatch.Entry entry) {
        SlotWork.Value former = work.unwritten.get(key);
        long oldest = changedIn;
        if (former != null) {
            // One of two changes of the key remains: the older one, as it is what a checkpoint waits for.
            oldest = Math.min(former.generation(), changedIn);
            open[(int) (Math.max(former.generation(), changedIn) & 1)]--;
            unwrittenBytes -= former.bytes();
            counters.unwritten--;
        }
        SlotWork.Value value = new SlotWork.Value(oldest, entry);
        work.unwritten.put(key, value);
        unwrittenBytes += value.bytes();
        counters.unwritten++;
        queueForWriting(work);
    }

    // Reading again.

    /** The next keys to read; waits for some, and while snapshots are read or too much is to be written. */
    synchronized Reading nextReading(int maxKeys) throws EndedException {
        while (!canBeRead()) {
            await();
        }
        requireRunning();
        Reading reading = new Reading(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        while (!toRead.isEmpty() && reading.keys().size() < maxKeys) {
            SlotWork work = toRead.remove();
            work.isQueuedForReading = false;
            int before = reading.keys().size();
            Iterator<Map.Entry<Key, Long>> unread = work.unread.entrySet().iterator();
            while (unread.hasNext() && reading.keys().size() < maxKeys) {
                Map.Entry<Key, Long> entry = unread.next();
                byte[] name = entry.getKey().bytes();
                reading.keys().add(name);
                reading.generations().add(entry.getValue());
                work.beingRead.add(name);
                unreadBytes -= NAME_BYTES + name.length;
                unread.remove();
            }
            reading.works().add(work);
            reading.counts().add(reading.keys().size() - before);
        }
        return reading;
    }

    private boolean canBeRead() {
        if (snapshots > 0) {
            return false;
        }
        fromSpill();
        return !toRead.isEmpty() && unwrittenBytes <= maxBytes;
    }

    /** The keys were read. */
    synchronized void read(Reading reading, List<KeyState> states) {
        int index = 0;
        for (int i = 0; i < reading.works().size(); i++) {
            SlotWork work = reading.works().get(i);
            for (int last = index + reading.counts().get(i); index < last; index++) {
                KeyState state = states.get(index);
                byte[] dump = state.dump();
                byte[] name = reading.keys().get(index);
                put(
                        work,
                        new Key(name),
                        reading.generations().get(index),
                        new SlotBatch.Entry(name, state.expiresMillis(), dump == null ? NOTHING : dump));
                counters.unread--;
            }
            work.beingRead.clear();
            queueForReading(work);
        }
        counters.reread += states.size();
    }

    private void queueForReading(SlotWork work) {
        if (!work.unread.isEmpty() && work.beingRead.isEmpty() && !work.isQueuedForReading) {
            work.isQueuedForReading = true;
            toRead.add(work);
            notifyAll();
        }
    }

    // Writing.

    /**
     * The next batches, each of another slot; waits for some. While a snapshot is read, waits until much is to be
     * written: batches of many keys cost less.
     */
    synchronized List<SlotBatch> nextBatches(int maxBatches, int maxBytesOfAll) throws EndedException {
        while (toWrite.isEmpty() || snapshots > 0 && unwrittenBytes < maxBytes / 2) {
            await();
        }
        requireRunning();
        List<SlotBatch> batches = new ArrayList<>();
        long bytes = 0;
        while (!toWrite.isEmpty() && batches.size() < maxBatches && bytes < maxBytesOfAll) {
            SlotWork work = toWrite.remove();
            work.isQueuedForWriting = false;
            SlotBatch batch = work.batch == null ? work.makeBatch(MAX_BATCH_KEYS, MAX_BATCH_BYTES) : work.batch;
            work.isBatchSent = true;
            batches.add(batch);
            bytes += batch.bytes();
        }
        return batches;
    }

    /** The destination has the batch. */
    synchronized void written(SlotBatch batch) {
        SlotWork work = slots[batch.slot()];
        for (long changedIn : work.batchGenerations) {
            open[(int) (changedIn & 1)]--;
        }
        unwrittenBytes -= batch.bytes();
        counters.unwritten -= batch.entries().size();
        counters.keys += batch.entries().size();
        counters.bytes += batch.bytes();
        work.batch = null;
        work.isBatchSent = false;
        work.marker = batch.after();
        queueForWriting(work);
        notifyAll();
    }

    /** The batch may not have been executed, and is to be sent again. */
    synchronized void again(SlotBatch batch) {
        SlotWork work = slots[batch.slot()];
        work.isBatchSent = false;
        queueForWriting(work);
        counters.retries++;
    }

    private void queueForWriting(SlotWork work) {
        if (work.hasToBeWritten() && !work.isBatchSent && !work.isQueuedForWriting) {
            work.isQueuedForWriting = true;
            toWrite.add(work);
            notifyAll();
        }
    }

    // Checkpoints.

    /**
     * Begins another generation. The positions hold when {@link #isClosed} says so of the one that is returned.
     *
     * @param masters of all of which there has to be a position, as well as no snapshot on its way: otherwise nothing
     *     is begun, and null is returned
     */
    synchronized @Nullable Checkpoint begin(long number, Set<HostPort> masters) {
        if (!isWhole(masters)) {
            return null;
        }
        Checkpoint checkpoint = new Checkpoint(number, generation, Map.copyOf(positions));
        generation++;
        return checkpoint;
    }

    /** Whether all changes of a generation are in the destination. */
    synchronized boolean isClosed(long ofGeneration) {
        return open[(int) (ofGeneration & 1)] == 0;
    }

    /** Has every slot told, with its next batch or alone, that it has all changes up to a checkpoint. */
    synchronized void tellSlots(long checkpoint) {
        for (SlotWork work : slots) {
            work.wantedCheckpoint = checkpoint;
            queueForWriting(work);
        }
    }

    /** Whether every slot has been told. */
    synchronized boolean haveBeenTold(long checkpoint) {
        for (SlotWork work : slots) {
            if (work.marker.checkpoint() < checkpoint) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing at all is left to be read or written. */
    synchronized boolean isEmpty() {
        return open[0] == 0 && open[1] == 0 && snapshots == 0;
    }

    /** Whether nothing of some masters has to be copied as a whole any more. */
    synchronized boolean isWhole(Set<HostPort> masters) {
        return snapshots == 0 && positions.keySet().containsAll(masters);
    }

    synchronized @Nullable Position position(HostPort master) {
        return positions.get(master);
    }

    /** What is in the destination of each slot, batch by batch, as far as is known here. */
    synchronized List<Marker> markers() {
        List<Marker> markers = new ArrayList<>(slots.length);
        for (SlotWork work : slots) {
            markers.add(work.marker);
        }
        return markers;
    }

    /** The number of names of keys to read that are in memory; others are in a file. */
    synchronized long namesInMemory() {
        long names = 0;
        for (SlotWork work : slots) {
            names += work.unread.size();
        }
        return names;
    }

    synchronized int snapshots() {
        return snapshots;
    }

    synchronized long changesOpen() {
        return open[0] + open[1];
    }

    // The end.

    /** Ends the attempt for a reason; the first one counts. */
    synchronized void fail(Exception reason) {
        if (failure == null && !ended) {
            failure = reason;
        }
        ended = true;
        notifyAll();
    }

    /** Ends the attempt. */
    synchronized void end() {
        ended = true;
        notifyAll();
        try {
            spill.close();
        } catch (IOException e) {
            // Nobody reads it any more.
        }
    }

    synchronized @Nullable Exception failure() {
        return failure;
    }

    /** @throws EndedException if the attempt has ended */
    synchronized void requireGoingOn() throws EndedException {
        requireRunning();
    }

    private void await() throws EndedException {
        requireRunning();
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EndedException();
        }
        requireRunning();
    }

    private void requireRunning() throws EndedException {
        if (ended) {
            throw new EndedException();
        }
    }
}
