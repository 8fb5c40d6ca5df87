package io.undermoon.broker.store;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.MigrationProgress;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * A cache of the migration progress that coordinators report from proxies. It is in memory only; reports about
 * migrations that do not run are ignored, and a report expires when it is not renewed. Thread-safe.
 */
public final class MigrationProgressCache {
    /** Coordinators report once a second. */
    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);

    private static final int MAX_ERROR_LENGTH = 500;

    private final MetadataWriter metadata;
    private final LongSupplier nanoClock;
    private final Map<Key, Map<MigrationProgress.Side, Entry>> entries = new ConcurrentHashMap<>();

    /** The identity of a migration, equal for the reports of both sides. */
    private record Key(ClusterName cluster, SlotRanges slots, Optional<MigrationMeta> meta) {
        static Key of(ClusterName cluster, TaggedSlots slots) {
            return new Key(cluster, slots.rangeList(), slots.migration());
        }
    }

    private record Entry(MigrationProgress progress, long receivedNanos) {}

    /** One progress report of a proxy. */
    public record Report(ClusterName clusterName, MigrationProgress progress) {
        public Report {
            requireNonNull(clusterName, "cluster_name");
            requireNonNull(progress, "progress");
        }
    }

    /**
     * @param nanoClock as {@link System#nanoTime}
     */
    public MigrationProgressCache(MetadataWriter metadata, LongSupplier nanoClock) {
        this.metadata = metadata;
        this.nanoClock = nanoClock;
    }

    /** Stores the reports about running migrations. */
    public void accept(Collection<Report> reports) {
        Set<Key> running = running();
        for (Report report : reports) {
            Key key = Key.of(report.clusterName(), report.progress().task());
            if (running.contains(key)) {
                Entry entry = new Entry(withBoundedError(report.progress()), nanoClock.getAsLong());
                entries.merge(key, sides(Map.of(), entry), (present, added) -> sides(present, entry));
            }
        }
    }

    /** The latest unexpired report of one side of a migration. */
    public Optional<MigrationProgress> latest(MigrationTask task, MigrationProgress.Side side) {
        return Optional.ofNullable(entries.get(Key.of(task.clusterName(), task.slotRange())))
                .map(sides -> sides.get(side))
                .filter(entry -> !isOld(entry))
                .map(Entry::progress);
    }

    /** Removes the reports of migrations that no longer run; called periodically. */
    public void prune() {
        if (!entries.isEmpty()) {
            entries.keySet().retainAll(running());
        }
    }

    private boolean isOld(Entry entry) {
        return nanoClock.getAsLong() - entry.receivedNanos() > TIME_TO_LIVE.toNanos();
    }

    private Set<Key> running() {
        Set<Key> running = new HashSet<>();
        for (ClusterName name : metadata.state().clusters().keySet()) {
            metadata.view().cluster(name).ifPresent(view -> addRunning(view, running));
        }
        return running;
    }

    private static void addRunning(ClusterView view, Set<Key> running) {
        for (MigratingSlots task : view.stored().runningTasks()) {
            running.add(Key.of(view.stored().name(), view.task(task).slotRange()));
        }
    }

    private static Map<MigrationProgress.Side, Entry> sides(Map<MigrationProgress.Side, Entry> present, Entry added) {
        Map<MigrationProgress.Side, Entry> sides = new EnumMap<>(MigrationProgress.Side.class);
        sides.putAll(present);
        sides.put(added.progress().side(), added);
        return sides;
    }

    private static MigrationProgress withBoundedError(MigrationProgress progress) {
        return progress.error().length() <= MAX_ERROR_LENGTH
                ? progress
                : progress.withError(progress.error().substring(0, MAX_ERROR_LENGTH) + "…");
    }
}
