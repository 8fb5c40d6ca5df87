package io.undermoon.dev.cli.backups;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.backups.catalog.Catalog;
import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.restore.Moment;
import io.undermoon.dev.backups.restore.Restore;
import io.undermoon.dev.backups.restore.RestorePlan;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon data restore}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a backup into a cluster of any size, through its proxies. Nobody else may write to it meanwhile.",
            "Nothing is changed before all files were read and found to be as they were written."
        })
final class DataRestoreCommand implements Callable<Integer> {
    @Mixin
    private Installation system = new Installation();

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "Which it is written into.")
    private String cluster = "";

    @Option(
            names = "--of",
            paramLabel = "CLUSTER",
            description = "Whose backup, if it was of a cluster with another name.")
    private @Nullable String origin;

    @Option(names = "--backup", paramLabel = "ID", description = "Which one (default: the newest).")
    private @Nullable String id;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "The state at a time such as 2026-11-29T14:30:00Z, from a backup that was --continuous"
                    + " (default: the last one that it has).")
    private @Nullable String at;

    @Option(
            names = "--agreed",
            description = "With --at: the last point before that all masters have agreed on. Otherwise masters may"
                    + " differ by a second.")
    private boolean agreed;

    @Option(names = "--replace", description = "Remove the keys that the cluster has.")
    private boolean replace;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many parts are written at the same time (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Override
    public Integer call() {
        if (workers < 1) {
            throw new UsageException("--workers " + workers + " is less than 1");
        }
        if (agreed && at == null) {
            throw new UsageException("--agreed is for --at");
        }
        Optional<Instant> time = at == null ? Optional.empty() : Optional.of(time(at));
        if (replace) {
            confirmation.demand("Remove all keys of the cluster " + cluster + "?");
        }
        Layout.Source layouts = system.layoutOf(cluster);
        Progress progress = new Progress(System.out);
        try (BackupStore opened = store.open()) {
            Layout now = Calls.of(layouts::now);
            return Explained.of(() -> {
                Moment moment = moment(new Catalog(opened), time);
                progress.step("restoring " + moment.manifest().cluster() + "/"
                        + moment.manifest().id() + " as of " + moment.taken()
                        + (moment.agreed() ? "" : ", masters within a second of each other"));
                RestorePlan plan =
                        new RestorePlan(opened, moment, layouts, system.proxies(now.proxies()), replace, workers);
                Restore.Result result = new Restore(plan, progress::step).run();
                progress.step("restored: the cluster has " + result.keys() + " keys (" + Amounts.bytes(result.bytes())
                        + " of values and " + result.commands() + " commands written, " + result.leftOut()
                        + " keys left out, which had expired or are not the clients')");
                return 0;
            });
        }
    }

    private Moment moment(Catalog catalog, Optional<Instant> time) throws IOException {
        String from = origin == null ? cluster : origin;
        StoredBackup backup = id == null ? catalog.newest(from, time) : catalog.get(from, id);
        return time.isEmpty() ? Moment.last(backup) : Moment.at(backup, time.orElseThrow(), agreed);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new UsageException("--at " + text + " is not a time such as 2026-11-29T14:30:00Z", e);
        }
    }
}
