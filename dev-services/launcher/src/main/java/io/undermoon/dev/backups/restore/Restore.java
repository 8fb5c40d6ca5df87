package io.undermoon.dev.backups.restore;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.stream.History;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.CompressionStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Restores a backup into a cluster. Nothing is changed there before all files were read and found to be as they were
 * written. What is interrupted leaves a note in the destination, and has to be begun anew.
 */
public final class Restore {
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long STEP_MILLIS = 100;

    private final RestorePlan plan;
    private final Consumer<String> out;
    private final Counts counts = new Counts();

    /**
     * What was done.
     *
     * @param keys that the destination has
     * @param leftOut keys of snapshots that had expired or are not the clients'
     * @param commands that were executed after the snapshots
     */
    public record Result(long keys, long leftOut, long commands, long bytes) {}

    /** @param out takes lines of progress */
    public Restore(RestorePlan plan, Consumer<String> out) {
        this.plan = plan;
        this.out = out;
    }

    /** @throws LaunchException it is not possible, as things are; then nothing was changed unless it says so */
    public Result run() throws IOException, InterruptedException {
        Layout layout = plan.layouts().now();
        requireReady(layout);
        Target target = Target.discover(
                new ServerUri(plan.proxies().tls() != null, null, null, layout.proxies(), null), plan.proxies());
        if (target.owners().unserved() > 0) {
            throw new LaunchException(target.owners().unserved() + " slots of the destination are served by nobody");
        }
        Guard guard = new Guard(target);
        guard.lock();
        List<BackupStore.LocalCopy> copies = new ArrayList<>();
        try {
            boolean empties = mustEmpty(guard);
            List<ShardFiles> shards = fetch(copies, guard);
            if (empties) {
                guard.empty();
            }
            guard.begin(name());
            write(shards, target, guard);
            guard.end();
            Result result = result(guard);
            requireCount(result);
            return result;
        } finally {
            guard.unlock();
            for (BackupStore.LocalCopy copy : copies) {
                copy.close();
            }
        }
    }

    private String name() {
        return plan.moment().manifest().cluster() + "/"
                + plan.moment().manifest().id();
    }

    private void requireReady(Layout layout) {
        if (layout.moving()) {
            throw new LaunchException("slots of the cluster " + layout.cluster() + " move; wait for them");
        }
        String compression = plan.moment().manifest().compression();
        if (CompressionStrategy.parse(compression).reads()
                && !CompressionStrategy.parse(layout.compression()).reads()) {
            throw new LaunchException("the backup may have compressed values (compression_strategy " + compression
                    + "), which the cluster " + layout.cluster()
                    + " would give to clients as they are; set its compression_strategy first, to decompress_only at"
                    + " least");
        }
    }

    /** Whether what the destination has is removed. */
    private boolean mustEmpty(Guard guard) throws IOException {
        String interrupted = guard.interrupted();
        long keys = guard.keys() - guard.ownKeys();
        if (!interrupted.isEmpty()) {
            out.accept("a restore of " + interrupted + " was interrupted; its " + keys + " keys are removed");
            return true;
        }
        if (keys > 0 && !plan.replace()) {
            throw new LaunchException(
                    "the destination has " + keys + " keys; say --replace to have them removed first");
        }
        return keys > 0;
    }

    private record ShardFiles(Manifest.Shard shard, Path snapshot, History history) {}

    private List<ShardFiles> fetch(List<BackupStore.LocalCopy> copies, Guard guard) throws IOException {
        out.accept("reading the files of " + name());
        List<ShardFiles> shards = new ArrayList<>();
        List<Manifest.Shard> all = plan.moment().manifest().shards();
        for (int i = 0; i < all.size(); i++) {
            Path snapshot = fetch(all.get(i).snapshot(), copies, guard);
            List<Path> streams = new ArrayList<>();
            for (FileFacts stream : plan.moment().streams(i)) {
                streams.add(fetch(stream, copies, guard));
            }
            shards.add(new ShardFiles(
                    all.get(i),
                    snapshot,
                    new History(
                            streams,
                            all.get(i).snapshotOffset(),
                            plan.moment().offsets().get(i))));
        }
        return shards;
    }

    private Path fetch(FileFacts file, List<BackupStore.LocalCopy> copies, Guard guard) throws IOException {
        guard.lock();
        BackupStore.LocalCopy copy = plan.store().local(file.name());
        copies.add(copy);
        file.require(FileFacts.of(file.name(), Files.newInputStream(copy.path())));
        return copy.path();
    }

    private void write(List<ShardFiles> shards, Target target, Guard guard) throws IOException, InterruptedException {
        AtomicBoolean failed = new AtomicBoolean();
        Functions functions = new Functions(target);
        long takenMillis = plan.moment().manifest().time().toEpochMilli();
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(plan.workers(), shards.size()), task -> {
            Thread thread = new Thread(task, "restore");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<?>> pending = new ArrayList<>();
        try {
            for (ShardFiles files : shards) {
                ShardRestore restore = new ShardRestore(
                        files.snapshot(),
                        files.history(),
                        files.shard().slots(),
                        takenMillis,
                        target,
                        functions,
                        counts,
                        failed::get);
                pending.add(workers.submit(() -> {
                    restore.run();
                    return true;
                }));
            }
            await(pending, guard);
            functions.load();
        } finally {
            failed.set(true);
            workers.shutdownNow();
        }
    }

    private void await(List<Future<?>> pending, Guard guard) throws IOException, InterruptedException {
        long said = System.nanoTime();
        long renewed = System.nanoTime();
        for (Future<?> part : pending) {
            boolean done = false;
            while (!done) {
                try {
                    part.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
                    done = true;
                } catch (TimeoutException e) {
                    requireWell(pending);
                } catch (ExecutionException e) {
                    throw failure(e);
                }
                if (System.nanoTime() - renewed > TimeUnit.MILLISECONDS.toNanos(Guard.RENEW_MILLIS)) {
                    renewed = System.nanoTime();
                    guard.renew();
                }
                if (System.nanoTime() - said > SAY_NANOS) {
                    said = System.nanoTime();
                    out.accept(counts.keys + " keys, " + counts.bytes.get() / 1_000_000 + " MB, then " + counts.commands
                            + " commands");
                }
            }
        }
    }

    private static void requireWell(List<Future<?>> pending) throws IOException, InterruptedException {
        for (Future<?> part : pending) {
            if (part.isDone()) {
                try {
                    part.get();
                } catch (ExecutionException e) {
                    throw failure(e);
                }
            }
        }
    }

    private static LaunchException failure(ExecutionException e) {
        Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
        return new LaunchException(
                "the restore has failed, and its keys are in the destination; begin it anew: " + cause.getMessage(),
                cause);
    }

    private Result result(Guard guard) throws IOException {
        return new Result(
                guard.keys() - guard.ownKeys(), counts.leftOut.get(), counts.commands.get(), counts.bytes.get());
    }

    /** Whether as many keys are there as the masters had, but for those that have expired since. */
    private void requireCount(Result result) {
        Optional<long[]> expected = plan.moment().keysAndThoseThatExpire();
        if (expected.isEmpty()) {
            return;
        }
        long keys = expected.get()[0];
        long mayBeGone = expected.get()[1] + counts.leftOut.get();
        if (result.keys() > keys || result.keys() < keys - mayBeGone) {
            throw new LaunchException("the destination has " + result.keys() + " keys, and the masters had " + keys
                    + ", of which " + mayBeGone + " may have expired. Has somebody else written to it?");
        }
    }
}
