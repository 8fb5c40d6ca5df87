package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/** Takes a backup. What prevents it and passes, such as a failover, has it begin anew. */
public final class Backup {
    private static final int TRIES = 3;
    private static final long BETWEEN_MILLIS = 1000;
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final BackupPlan plan;
    private final Consumer<String> out;

    /** @param out takes lines of progress */
    public Backup(BackupPlan plan, Consumer<String> out) {
        this.plan = plan;
        this.out = out;
    }

    /**
     * Takes one; its files are in the store when this returns.
     *
     * @throws LaunchException it is not possible, as things are
     */
    public Manifest run() throws IOException, InterruptedException {
        try (Taken taken = take()) {
            return taken.manifest();
        }
    }

    /** A backup whose masters are still followed. */
    record Taken(Manifest manifest, String prefix, Following following) implements AutoCloseable {
        @Override
        public void close() {
            following.close();
        }
    }

    /** Takes one and goes on following the masters. */
    Taken take() throws IOException, InterruptedException {
        IOException failure = new IOException("it was not tried");
        for (int i = 0; i < TRIES; i++) {
            if (i > 0) {
                Thread.sleep(BETWEEN_MILLIS);
            }
            try {
                return once();
            } catch (RefusedException e) {
                throw new LaunchException(String.valueOf(e.getMessage()), e);
            } catch (IOException e) {
                out.accept("beginning anew: " + e.getMessage());
                failure = e;
            }
        }
        throw new LaunchException("no backup was taken, tried " + TRIES + " times: " + failure.getMessage(), failure);
    }

    private Taken once() throws IOException, InterruptedException {
        String id = ID.format(Instant.now());
        String prefix = plan.cluster() + "/" + id + "/";
        if (!plan.store().list(prefix).isEmpty()) {
            throw new IOException("another backup of " + plan.cluster() + " began in the same second");
        }
        Following following = Following.begin(plan, prefix, out);
        try {
            out.accept("backup " + plan.cluster() + "/" + id + " of "
                    + following.recordings().size() + " masters begins");
            following.awaitSnapshots();
            out.accept("all snapshots are here; agreeing on a point");
            Following.Agreed agreed = following.agree();
            out.accept("writers were held for " + agreed.point().heldMillis() + " ms");
            Manifest manifest = store(id, following, agreed);
            Commits.describe(plan.store(), prefix + Manifest.NAME, manifest);
            return new Taken(manifest, prefix, following);
        } catch (IOException | InterruptedException | RuntimeException e) {
            following.close();
            discard(prefix);
            throw e;
        }
    }

    private Manifest store(String id, Following following, Following.Agreed agreed) throws IOException {
        List<NewFile> files = new ArrayList<>();
        for (int i = 0; i < following.recordings().size(); i++) {
            files.add(following.recordings().get(i).snapshot().join());
            files.add(agreed.cuts().get(i).stream());
        }
        List<FileFacts> facts = Commits.all(files);
        List<Manifest.Shard> shards = new ArrayList<>();
        for (int i = 0; i < following.recordings().size(); i++) {
            Recording recording = following.recordings().get(i);
            HostPort master = recording.master();
            MasterState state = Objects.requireNonNull(agreed.point().states().get(master));
            shards.add(new Manifest.Shard(
                    master.toString(),
                    Objects.requireNonNullElse(agreed.layout().masters().get(master), SlotRanges.NONE),
                    recording.history(),
                    recording.snapshotOffset(),
                    state.offset(),
                    state.keys(),
                    state.keysThatExpire(),
                    facts.get(2 * i),
                    facts.get(2 * i + 1)));
        }
        return new Manifest(
                Manifest.VERSION,
                id,
                plan.cluster(),
                agreed.layout().epoch(),
                agreed.point().at().toString(),
                agreed.point().heldMillis(),
                agreed.layout().compression(),
                shards);
    }

    /** What is there of a backup that was not finished. */
    private void discard(String prefix) {
        try {
            for (String name : plan.store().list(prefix)) {
                plan.store().delete(name);
            }
            // A directory that is empty by now goes as well.
            plan.store().delete(prefix + Manifest.NAME);
        } catch (IOException e) {
            out.accept("files are left over in " + prefix + ": " + e.getMessage());
        }
    }
}
