package io.undermoon.broker.rest;

import io.undermoon.broker.rest.MigrationMessages.ClusterStatus;
import io.undermoon.broker.rest.MigrationMessages.MigrationStatus;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.umctl.MigrationProgress;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The status of migrations, from the metadata and the reports of proxies. */
@Singleton
final class MigrationStatuses {
    private final MigrationProgressCache progress;

    MigrationStatuses(MigrationProgressCache progress) {
        this.progress = progress;
    }

    ClusterStatus of(ClusterView view) {
        ClusterInfo info = view.info();
        List<MigratingSlots> tasks = new ArrayList<>(view.stored().runningTasks());
        view.stored().tasks().stream().filter(MigratingSlots::waiting).forEach(tasks::add);
        return new ClusterStatus(
                info.name(),
                info.nodeNumber(),
                info.nodeNumberWithSlots(),
                info.isMigrating(),
                view.stored().epoch(),
                of(view, tasks));
    }

    List<MigrationStatus> of(ClusterView view, Collection<MigratingSlots> tasks) {
        return tasks.stream().map(task -> of(view.task(task), task.waiting())).toList();
    }

    private MigrationStatus of(MigrationTask task, boolean waiting) {
        Optional<MigrationProgress> source = progress.latest(task, MigrationProgress.Side.SOURCE);
        String state = waiting
                ? "waiting"
                : source.map(report -> wireName(report.state())).orElse("unknown");
        @Nullable MigrationProgress report = source.orElse(null);
        String destination = progress.latest(task, MigrationProgress.Side.DESTINATION)
                .map(seen -> wireName(seen.state()))
                .orElse(null);
        if (report == null) {
            return new MigrationStatus(
                    task.slotRange(),
                    state,
                    destination,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
        return new MigrationStatus(
                task.slotRange(),
                state,
                destination,
                report.keysScanned(),
                report.keysTotal(),
                report.keysCopied(),
                report.bytesCopied(),
                report.keysDirty(),
                report.elapsedMs(),
                report.keysPerSecond(),
                report.bytesPerSecond(),
                etaMillis(report),
                report.attempts(),
                report.longestHoldUs(),
                report.writersHeldUs(),
                report.error());
    }

    private static @Nullable Long etaMillis(MigrationProgress report) {
        if (report.keysTotal() == 0 || report.keysPerSecond() == 0) {
            return null;
        }
        long left = Math.max(0, report.keysTotal() - report.keysCopied()) + report.keysDirty();
        return Math.round(left * 1000.0 / report.keysPerSecond());
    }

    private static String wireName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
