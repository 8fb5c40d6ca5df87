package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Takes a backup and then, again and again, what has been executed since, each up to another agreed point. When masters
 * or their slots change, or a connection is lost, it begins with a new backup: what was executed in between is in
 * that one only.
 */
public final class ContinuousBackup {
    private static final long STEP_MILLIS = 100;

    private final BackupPlan plan;
    private final Duration interval;
    private final Duration renewal;
    private final BooleanSupplier ended;
    private final Consumer<String> out;

    /**
     * @param interval between points
     * @param renewal after which a new backup begins
     * @param ended says when to end
     */
    public ContinuousBackup(
            BackupPlan plan, Duration interval, Duration renewal, BooleanSupplier ended, Consumer<String> out) {
        this.plan = plan;
        this.interval = interval;
        this.renewal = renewal;
        this.ended = ended;
        this.out = out;
    }

    /**
     * Goes on until it is told to end; the last segment is in the store then.
     *
     * @param renewed told of each backup that it has begun with
     * @return false if the last segment could not be stored
     */
    public boolean run(Consumer<Manifest> renewed) throws IOException, InterruptedException {
        boolean stored = true;
        while (!ended.getAsBoolean()) {
            try (Backup.Taken base = new Backup(plan, out).take()) {
                renewed.accept(base.manifest());
                stored = follow(base);
            }
        }
        return stored;
    }

    private boolean follow(Backup.Taken base) throws InterruptedException {
        long begun = System.nanoTime();
        int number = 0;
        boolean last = false;
        while (!last && Following.between(begun).compareTo(renewal) < 0) {
            pause();
            last = ended.getAsBoolean();
            try {
                number++;
                segment(base, number);
            } catch (IOException | LaunchException e) {
                out.accept("a new backup is needed: " + e.getMessage());
                return false;
            }
        }
        return true;
    }

    private void pause() throws InterruptedException {
        long start = System.nanoTime();
        while (Following.between(start).compareTo(interval) < 0 && !ended.getAsBoolean()) {
            Thread.sleep(STEP_MILLIS);
        }
    }

    private void segment(Backup.Taken base, int number) throws IOException, InterruptedException {
        Following.Agreed agreed = base.following().agree();
        List<Manifest.Shard> shards = base.manifest().shards();
        for (int i = 0; i < shards.size(); i++) {
            SlotRanges now = agreed.layout()
                    .masters()
                    .get(base.following().recordings().get(i).master());
            if (!shards.get(i).slots().equals(now)) {
                agreed.discard();
                throw new ChangedException("slots have moved");
            }
        }
        List<FileFacts> facts =
                Commits.all(agreed.cuts().stream().map(Recording.Cut::stream).toList());
        List<Segment.Part> parts = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            Recording.Cut cut = agreed.cuts().get(i);
            Recording recording = base.following().recordings().get(i);
            MasterState state = Objects.requireNonNull(agreed.point().states().get(recording.master()));
            parts.add(new Segment.Part(
                    recording.master().toString(),
                    cut.fromOffset(),
                    cut.toOffset(),
                    state.keys(),
                    state.keysThatExpire(),
                    facts.get(i),
                    cut.marks()));
        }
        Segment segment = new Segment(
                Manifest.VERSION,
                number,
                agreed.point().at().toString(),
                agreed.point().heldMillis(),
                parts);
        Commits.describe(plan.store(), base.prefix() + Segment.name(number), segment);
        out.accept("segment " + number + ": " + segment.bytes() / 1000 + " kB up to " + segment.taken()
                + ", writers were held for " + segment.heldMillis() + " ms");
    }
}
