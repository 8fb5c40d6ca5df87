package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.metadata.HostPort;
import io.undermoon.umctl.MigrationProgress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Adds up what the broker and the source proxies report of the migrations of one cluster while they run; a migration
 * that is no longer reported counts as ended. Not thread-safe.
 */
final class MigrationTally {
    private static final int BAR_WIDTH = 30;
    private static final double MEGABYTE = 1e6;

    private final Map<String, Migration> migrations = new LinkedHashMap<>();
    private final Set<HostPort> sources = new LinkedHashSet<>();

    /** The latest numbers of one migration. */
    private static final class Migration {
        private boolean running = true;
        private boolean aborted;

        /** Whether the source has told how it ended; else the numbers are those of the last look before. */
        private boolean endKnown;

        private long keysTotal;
        private long keysCopied;
        private long bytesPerSecond;
        private long longestHoldMicros;
        private long writersHeldMicros;

        void add(long total, long copied, long rate, long hold, long writersHeld) {
            keysTotal = Math.max(keysTotal, total);
            keysCopied = Math.max(keysCopied, copied);
            bytesPerSecond = rate;
            longestHoldMicros = Math.max(longestHoldMicros, hold);
            writersHeldMicros = Math.max(writersHeldMicros, writersHeld);
        }

        /** From 0 to 1; copying alone is not all of it. */
        double done() {
            return !running ? 1 : keysTotal == 0 ? 0 : Math.min(0.99, (double) keysCopied / keysTotal);
        }
    }

    /** @param list the migrations as the broker's API lists them */
    void add(JsonNode list) {
        Set<String> listed = new HashSet<>();
        for (JsonNode entry : list) {
            String key = entry.path("slot_range").toString();
            listed.add(key);
            SourceReports.source(entry).ifPresent(sources::add);
            migrations
                    .computeIfAbsent(key, unknown -> new Migration())
                    .add(
                            entry.path("keys_total").asLong(),
                            entry.path("keys_copied").asLong(),
                            entry.path("bytes_per_second").asLong(),
                            entry.path("longest_hold_us").asLong(),
                            entry.path("writers_held_us").asLong());
        }
        migrations.forEach((key, migration) -> migration.running = listed.contains(key));
    }

    /**
     * Takes in what source proxies say of migrations that have ended.
     *
     * @param since the epoch after which migrations count that were never listed
     */
    void addEnded(List<MigrationProgress> reports, long since) {
        for (MigrationProgress report : reports) {
            String key = SourceReports.key(report.task());
            boolean isLater = report.task()
                    .migration()
                    .map(meta -> meta.epoch().value() > since)
                    .orElse(false);
            if (isLater && report.side() == MigrationProgress.Side.SOURCE && !migrations.containsKey(key)) {
                Migration unseen = new Migration();
                unseen.running = false;
                migrations.put(key, unseen);
            }
            Migration migration = migrations.get(key);
            if (migration != null && report.side() == MigrationProgress.Side.SOURCE) {
                migration.endKnown = true;
                migration.aborted = report.state() != MigrationProgress.State.SWITCHED;
                migration.add(
                        report.keysTotal(),
                        report.keysCopied(),
                        report.bytesPerSecond(),
                        report.longestHoldUs(),
                        report.writersHeldUs());
            }
        }
    }

    /** The source proxies of all migrations. */
    Set<HostPort> sources() {
        return Set.copyOf(sources);
    }

    boolean isEmpty() {
        return migrations.isEmpty();
    }

    /** One line with a bar: how far all migrations together are. */
    String bar() {
        double done = migrations.values().stream()
                .mapToDouble(Migration::done)
                .average()
                .orElse(0);
        int filled = (int) (done * BAR_WIDTH);
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %d of %d migrations  %,d keys  %.1f MB/s",
                "#".repeat(filled),
                "-".repeat(BAR_WIDTH - filled),
                Math.floor(done * 100),
                migrations.values().stream()
                        .filter(migration -> !migration.running)
                        .count(),
                migrations.size(),
                keysCopied(),
                migrations.values().stream()
                                .filter(migration -> migration.running)
                                .mapToLong(migration -> migration.bytesPerSecond)
                                .sum()
                        / MEGABYTE);
    }

    /** The closing line; of migrations whose end nobody tells it says so. */
    String summary(Duration time) {
        List<Migration> known = migrations.values().stream()
                .filter(migration -> migration.endKnown)
                .toList();
        int unknown = migrations.size() - known.size();
        String ended = String.format(
                Locale.ROOT, "%d migration%s ended", migrations.size(), migrations.size() == 1 ? "" : "s");
        String seconds = String.format(Locale.ROOT, " in %.1f s", time.toMillis() / 1e3);
        if (known.isEmpty()) {
            return ended + seconds + "; how many keys moved and how long commands were held is not known,"
                    + " because the source proxies do not tell.";
        }
        long aborted = known.stream().filter(migration -> migration.aborted).count();
        return ended
                + (aborted == 0 ? "" : " (" + aborted + " aborted)")
                + String.format(Locale.ROOT, ": %s%,d keys", unknown == 0 ? "" : "at least ", keysCopied())
                + seconds
                + holds(known)
                + (unknown == 0 ? "." : "; the sources of " + unknown + " do not tell how they ended.");
    }

    /** What the migrations that have ended did; numbers are of those whose sources have told it. */
    ObjectNode result() {
        List<Migration> known = migrations.values().stream()
                .filter(migration -> migration.endKnown)
                .toList();
        return Calls.object()
                .put("migrations", migrations.size())
                .put("told", known.size())
                .put(
                        "aborted",
                        known.stream().filter(migration -> migration.aborted).count())
                .put(
                        "keys",
                        known.stream()
                                .mapToLong(migration -> migration.keysCopied)
                                .sum())
                .put(
                        "longest_hold_us",
                        known.stream()
                                .mapToLong(migration -> migration.longestHoldMicros)
                                .max()
                                .orElse(0))
                .put(
                        "writers_held_us",
                        known.stream()
                                .mapToLong(migration -> migration.writersHeldMicros)
                                .sum());
    }

    private static String holds(List<Migration> known) {
        long hold = known.stream()
                .mapToLong(migration -> migration.longestHoldMicros)
                .max()
                .orElse(0);
        long writers = known.stream()
                .mapToLong(migration -> migration.writersHeldMicros)
                .sum();
        return String.format(Locale.ROOT, "; commands were held for at most %.1f ms", hold / 1e3)
                + (writers == 0 ? "" : String.format(Locale.ROOT, ", writers for %.1f s in all", writers / 1e6));
    }

    private long keysCopied() {
        return migrations.values().stream()
                .mapToLong(migration -> migration.keysCopied)
                .sum();
    }
}
