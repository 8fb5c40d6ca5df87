package io.undermoon.dev.cli.backups;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.backups.catalog.Catalog;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.take.Backup;
import io.undermoon.dev.backups.take.BackupPlan;
import io.undermoon.dev.backups.take.ContinuousBackup;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon data backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {
            "Copies the data of a cluster as all its masters have them at one point, for which writers are held for"
                    + " some milliseconds.",
            "Follows the Redis nodes as a replica does, so it has to reach them."
        })
final class DataBackupCommand implements Callable<Integer> {
    private static final int LONGEST_HOLD_MILLIS = 60_000;

    @Mixin
    private Installation system = new Installation();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "Whose data.")
    private String cluster = "";

    @Option(
            names = "--hold",
            paramLabel = "MS",
            defaultValue = "200",
            description = "For how many milliseconds writers may be held (default: ${DEFAULT-VALUE}).")
    private int hold;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to wait for slots that move (default: ${DEFAULT-VALUE}).")
    private String wait = "";

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description = "Go on, and take a backup as often: 90m, 6h, 1d. With --continuous: begin anew as often.")
    private @Nullable String every;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "Remove all backups of the cluster but the newest N after each that succeeds.")
    private @Nullable Integer keep;

    @Option(
            names = "--continuous",
            description = "Go on, and keep all that is executed after the backup, to restore any point in time.")
    private boolean continuous;

    @Option(
            names = "--points",
            paramLabel = "TIME",
            defaultValue = "1m",
            description = "With --continuous: how often what has come is stored, up to another point that all masters"
                    + " agree on (default: ${DEFAULT-VALUE}).")
    private String points = "";

    private final Progress progress = new Progress(System.out);

    @Override
    public Integer call() {
        if (hold < 1 || hold > LONGEST_HOLD_MILLIS) {
            throw new UsageException("--hold " + hold + " is not within 1 to " + LONGEST_HOLD_MILLIS);
        }
        if (keep != null && keep < 1) {
            throw new UsageException("--keep " + keep + " is less than 1");
        }
        Duration patience = Explained.time("--wait", wait);
        Duration between = Explained.time("--points", points);
        Duration interval = every == null ? null : Explained.time("--every", every);
        Layout.Source layouts = system.layoutOf(cluster);
        try (BackupStore opened = store.open()) {
            Layout now = Calls.of(layouts::now);
            BackupPlan plan =
                    new BackupPlan(cluster, layouts, system.nodes(now.masters().keySet()), opened, hold, patience);
            return Explained.of(() -> {
                if (continuous) {
                    return follow(plan, between, interval == null ? Duration.ofDays(1) : interval);
                }
                if (interval != null) {
                    return repeat(plan, interval);
                }
                done(plan, new Backup(plan, progress::step).run());
                return 0;
            });
        }
    }

    /** Whether the last segment is stored decides about the exit code. */
    private int follow(BackupPlan plan, Duration between, Duration renewal) throws InterruptedException {
        return Ending.of(ending -> {
            boolean stored = true;
            while (!ending.isAsked()) {
                try {
                    stored = new ContinuousBackup(plan, between, renewal, ending::isAsked, progress::step)
                            .run(manifest -> done(plan, manifest));
                } catch (LaunchException | IOException e) {
                    stored = false;
                    System.err.println("error: " + e.getMessage());
                    ending.await(between.toMillis());
                }
            }
            if (!stored) {
                System.err.println("error: what was executed last is not in the backup");
            }
            return stored ? 0 : 1;
        });
    }

    /** Whether the last backup was taken decides about the exit code. */
    private int repeat(BackupPlan plan, Duration interval) throws InterruptedException {
        return Ending.of(ending -> {
            boolean taken = true;
            while (!ending.isAsked()) {
                long start = System.nanoTime();
                try {
                    done(plan, new Backup(plan, progress::step).run());
                    taken = true;
                } catch (LaunchException | IOException e) {
                    taken = false;
                    System.err.println("error: " + e.getMessage());
                }
                ending.await(interval.toMillis() - (System.nanoTime() - start) / 1_000_000);
            }
            return taken ? 0 : 1;
        });
    }

    private void done(BackupPlan plan, Manifest manifest) {
        progress.step("backup " + manifest.cluster() + "/" + manifest.id() + " is in " + plan.store() + ": "
                + manifest.shards().size() + " masters, " + manifest.keys() + " keys, "
                + Amounts.bytes(manifest.bytes()) + ", point at " + manifest.taken() + ", writers held for "
                + manifest.heldMillis() + " ms");
        if (keep != null) {
            try {
                new Catalog(plan.store())
                        .prune(cluster, keep, Instant.now())
                        .forEach(id -> progress.step("removed " + cluster + "/" + id));
            } catch (IOException e) {
                System.err.println("error: old backups are not removed: " + e.getMessage());
            }
        }
    }
}
