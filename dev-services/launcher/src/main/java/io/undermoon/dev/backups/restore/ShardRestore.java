package io.undermoon.dev.backups.restore;

import io.undermoon.dev.backups.store.DamagedFileException;
import io.undermoon.dev.backups.stream.History;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.destination.Target.SlotCommand;
import io.undermoon.dev.imports.rdb.RdbReader;
import io.undermoon.dev.imports.source.KeyPositions;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Writes what one master had: the values of its snapshot, then what it executed after that, and then the expiry times
 * as they were. For one thread.
 */
final class ShardRestore {
    private static final int MAX_KEYS = 1000;
    private static final int MAX_BYTES = 1 << 20;

    private final Path snapshot;
    private final History history;
    private final SlotRanges slots;
    private final long takenMillis;
    private final Target target;
    private final Functions functions;
    private final Counts counts;
    private final BooleanSupplier ended;
    private List<SlotCommand> values = new ArrayList<>();
    private long valueBytes;
    private List<byte[]> timed = new ArrayList<>();

    /**
     * @param slots whose keys are written; others were left over
     * @param takenMillis for expiry times that are relative
     * @param ended whether another shard has failed, so that this one ends as well
     */
    ShardRestore(
            Path snapshot,
            History history,
            SlotRanges slots,
            long takenMillis,
            Target target,
            Functions functions,
            Counts counts,
            BooleanSupplier ended) {
        this.snapshot = snapshot;
        this.history = history;
        this.slots = slots;
        this.takenMillis = takenMillis;
        this.target = target;
        this.functions = functions;
        this.counts = counts;
        this.ended = ended;
    }

    void run() throws IOException, InterruptedException {
        History.Summary summary = history.summary();
        // A flush removes all keys, but no functions.
        boolean keysCount = summary.flushOffset() < 0;
        boolean replays = summary.commands() > 0;
        try (SlotPipeline pipeline = new SlotPipeline(target);
                RedisConnection questions =
                        target.open(target.owners().all().iterator().next())) {
            KeyPositions positions = new KeyPositions(questions);
            writeValues(pipeline, keysCount, replays);
            if (replays) {
                replay(pipeline, positions, summary.flushOffset());
                setExpiryTimes(pipeline, positions, keysCount, summary.flushOffset());
            }
        }
    }

    private boolean counts(byte[] key) {
        return slots.contains(Slot.of(key)) && !OwnKeys.isOurs(key);
    }

    private void requireGoingOn() throws InterruptedException {
        if (ended.getAsBoolean()) {
            throw new InterruptedException("another part has failed");
        }
    }

    private interface KeySink {
        void key(byte[] key, long expiresMillis, byte[] dump) throws IOException, InterruptedException;
    }

    private void readSnapshot(KeySink keys, boolean withFunctions) throws IOException, InterruptedException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(snapshot), MAX_BYTES)) {
            new RdbReader(in, new RdbReader.Sink() {
                        @Override
                        public void key(int database, byte[] key, long expiresMillis, byte[] dump)
                                throws IOException, InterruptedException {
                            if (database == 0) {
                                keys.key(key, expiresMillis, dump);
                            }
                        }

                        @Override
                        public void function(byte[] code) {
                            if (withFunctions) {
                                functions.add(code);
                            }
                        }
                    })
                    .read();
        }
    }

    private void writeValues(SlotPipeline pipeline, boolean keysCount, boolean replays)
            throws IOException, InterruptedException {
        readSnapshot(
                (key, expiresMillis, dump) -> {
                    boolean hasExpired = !replays && expiresMillis > 0 && expiresMillis <= System.currentTimeMillis();
                    if (!keysCount) {
                        return;
                    }
                    if (!counts(key) || hasExpired) {
                        counts.leftOut.incrementAndGet();
                        return;
                    }
                    long expires = replays ? Expiry.shifted(expiresMillis) : expiresMillis;
                    values.add(new SlotCommand(
                            Slot.of(key), Command.of("RESTORE", key, expires, dump, "REPLACE", "ABSTTL")));
                    valueBytes += key.length + dump.length;
                    if (values.size() >= MAX_KEYS || valueBytes >= MAX_BYTES) {
                        flushValues(pipeline);
                    }
                },
                true);
        flushValues(pipeline);
    }

    private void flushValues(SlotPipeline pipeline) throws IOException, InterruptedException {
        requireGoingOn();
        if (!values.isEmpty()) {
            pipeline.call(values, true);
            counts.keys.addAndGet(values.size());
            counts.bytes.addAndGet(valueBytes);
            values = new ArrayList<>();
            valueBytes = 0;
        }
    }

    private void replay(SlotPipeline pipeline, KeyPositions positions, long afterOffset)
            throws IOException, InterruptedException {
        ReplayBatch batch = new ReplayBatch();
        history.replay(Math.max(afterOffset, history.fromOffset() - 1), (name, command, offset) -> {
            if (name.equals("function")) {
                functions.execute(command);
                return;
            }
            if (ReplayBatch.REMOVALS.contains(name)) {
                for (byte[] key : command.subList(1, command.size())) {
                    if (counts(key)) {
                        add(pipeline, batch, List.of(key), List.of(command.get(0), key));
                    }
                }
                return;
            }
            List<byte[]> keys = keys(positions, name, command, offset);
            if (!counts(keys.get(0))) {
                return;
            }
            List<byte[]> moved = Expiry.moved(name, command, takenMillis);
            if (ReplayBatch.isTooLong(moved)) {
                flush(pipeline, batch);
                executeLong(pipeline, name, Slot.of(keys.get(0)), moved);
            } else {
                add(pipeline, batch, keys, moved);
            }
        });
        flush(pipeline, batch);
    }

    private void add(SlotPipeline pipeline, ReplayBatch batch, List<byte[]> keys, List<byte[]> command)
            throws IOException, InterruptedException {
        batch.add(Slot.of(keys.get(0)), keys, command);
        if (batch.isFull()) {
            flush(pipeline, batch);
        }
    }

    /** The keys of a command, at least one, all of one slot. */
    private List<byte[]> keys(KeyPositions positions, String name, List<byte[]> command, long offset)
            throws IOException {
        List<byte[]> keys = positions.of(name, command);
        if (keys.isEmpty()) {
            throw new DamagedFileException("the backup has " + name + " at offset " + offset
                    + ", of which the destination does not say what keys it has");
        }
        int slot = Slot.of(keys.get(0));
        if (keys.stream().anyMatch(key -> Slot.of(key) != slot)) {
            throw new DamagedFileException(
                    "the backup has " + name + " at offset " + offset + " with keys of several slots");
        }
        return keys;
    }

    private void flush(SlotPipeline pipeline, ReplayBatch batch) throws IOException, InterruptedException {
        requireGoingOn();
        if (!batch.isEmpty()) {
            int commands = batch.commands();
            pipeline.call(batch.take(), false);
            counts.commands.addAndGet(commands);
        }
    }

    /** What a script cannot take apart at once; a command that sets many strings becomes many. */
    private void executeLong(SlotPipeline pipeline, String name, int slot, List<byte[]> command)
            throws IOException, InterruptedException {
        if (name.equals("mset")) {
            ReplayBatch sets = new ReplayBatch();
            for (int i = 1; i + 1 < command.size(); i += 2) {
                sets.add(
                        slot,
                        List.of(command.get(i)),
                        List.of("SET".getBytes(StandardCharsets.US_ASCII), command.get(i), command.get(i + 1)));
                if (sets.isFull()) {
                    pipeline.call(sets.take(), false);
                }
            }
            if (!sets.isEmpty()) {
                pipeline.call(sets.take(), false);
            }
        } else {
            pipeline.call(List.of(new SlotCommand(slot, new Command(command))), false);
        }
        counts.commands.incrementAndGet();
    }

    /** Gives all keys that may have an expiry time the right one; those that have expired go. */
    private void setExpiryTimes(SlotPipeline pipeline, KeyPositions positions, boolean keysCount, long afterOffset)
            throws IOException, InterruptedException {
        if (keysCount) {
            readSnapshot(
                    (key, expiresMillis, dump) -> {
                        if (expiresMillis > 0) {
                            addTimed(pipeline, key);
                        }
                    },
                    false);
        }
        history.replay(Math.max(afterOffset, history.fromOffset() - 1), (name, command, offset) -> {
            if (!name.equals("function")) {
                for (byte[] key : positions.of(name, command)) {
                    addTimed(pipeline, key);
                }
            }
        });
        flushTimed(pipeline);
    }

    private void addTimed(SlotPipeline pipeline, byte[] key) throws IOException, InterruptedException {
        if (counts(key)) {
            timed.add(key);
            if (timed.size() >= MAX_KEYS) {
                flushTimed(pipeline);
            }
        }
    }

    private void flushTimed(SlotPipeline pipeline) throws IOException, InterruptedException {
        requireGoingOn();
        if (timed.isEmpty()) {
            return;
        }
        List<RespValue> times = pipeline.call(
                timed.stream()
                        .map(key -> new SlotCommand(Slot.of(key), Command.of("PEXPIRETIME", key)))
                        .toList(),
                true);
        List<SlotCommand> changes = new ArrayList<>();
        long now = System.currentTimeMillis();
        for (int i = 0; i < timed.size(); i++) {
            long time = Reply.number(times.get(i));
            if (Expiry.isShifted(time)) {
                byte[] key = timed.get(i);
                long right = Expiry.back(time);
                counts.leftOut.addAndGet(right <= now ? 1 : 0);
                changes.add(new SlotCommand(Slot.of(key), Command.of("PEXPIREAT", key, right)));
            }
        }
        if (!changes.isEmpty()) {
            pipeline.call(changes, true);
        }
        timed = new ArrayList<>();
    }
}
