package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.json.Json;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.MigrationProgress;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    /** The latest numbers of one migration. */
    private static final class Migration {
        private boolean running = true;
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

    /** Takes in what a source proxy says itself, which is newer than what the broker knows. */
    void add(List<MigrationProgress> reports) {
        for (MigrationProgress report : reports) {
            Migration migration = migrations.get(key(report.task()));
            if (migration != null && report.side() == MigrationProgress.Side.SOURCE) {
                migration.add(
                        report.keysTotal(),
                        report.keysCopied(),
                        report.bytesPerSecond(),
                        report.longestHoldUs(),
                        report.writersHeldUs());
            }
        }
    }

    private static String key(TaggedSlots slots) {
        return Json.mapper().valueToTree(slots).toString();
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

    /** The closing line. */
    String summary(Duration time) {
        long hold = migrations.values().stream()
                .mapToLong(migration -> migration.longestHoldMicros)
                .max()
                .orElse(0);
        long writers = migrations.values().stream()
                .mapToLong(migration -> migration.writersHeldMicros)
                .sum();
        return String.format(
                Locale.ROOT,
                "%d migration%s ended: %,d keys in %.1f s; commands were held for at most %.1f ms%s.",
                migrations.size(),
                migrations.size() == 1 ? "" : "s",
                keysCopied(),
                time.toMillis() / 1e3,
                hold / 1e3,
                writers == 0 ? "" : String.format(Locale.ROOT, ", writers for %.1f s in all", writers / 1e6));
    }

    private long keysCopied() {
        return migrations.values().stream()
                .mapToLong(migration -> migration.keysCopied)
                .sum();
    }
}
