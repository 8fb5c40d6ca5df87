package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text lines that describe migrations. */
public final class MigrationLines {
    private static final double MEGABYTE = 1e6;

    private MigrationLines() {}

    /** @param migrations as the broker's API lists them */
    public static List<String> of(JsonNode migrations) {
        List<String> lines = new ArrayList<>();
        migrations.forEach(migration -> lines.add(line(migration)));
        return lines;
    }

    private static String line(JsonNode migration) {
        JsonNode meta = migration.path("slot_range").path("tag").path("Migrating");
        StringBuilder line = new StringBuilder()
                .append(slots(migration.path("slot_range").path("range_list")))
                .append("  ")
                .append(meta.path("src_node_address").asText())
                .append(" -> ")
                .append(meta.path("dst_node_address").asText())
                .append("  ")
                .append(migration.path("state").asText());
        // It is 0 as long as nobody has counted.
        if (migration.path("keys_total").asLong() > 0) {
            line.append(String.format(
                    Locale.ROOT,
                    "  %d of %d keys, %d changed meanwhile, %.1f MB/s",
                    migration.path("keys_copied").asLong(),
                    migration.path("keys_total").asLong(),
                    migration.path("keys_dirty").asLong(),
                    migration.path("bytes_per_second").asLong() / MEGABYTE));
        }
        if (migration.has("eta_ms")) {
            line.append(String.format(
                    Locale.ROOT, ", %.1f s left", migration.path("eta_ms").asLong() / 1000.0));
        }
        if (migration.path("writers_held_us").asLong() > 0) {
            line.append(String.format(
                    Locale.ROOT,
                    ", writers held for %.1f s",
                    migration.path("writers_held_us").asLong() / 1e6));
        }
        String error = migration.path("error").asText("");
        return error.isEmpty()
                ? line.toString()
                : line.append("  ! ").append(error).toString();
    }

    public static String slots(JsonNode ranges) {
        List<String> texts = new ArrayList<>();
        ranges.forEach(
                range -> texts.add(range.path(0).asText() + "-" + range.path(1).asText()));
        return String.join(",", texts);
    }
}
