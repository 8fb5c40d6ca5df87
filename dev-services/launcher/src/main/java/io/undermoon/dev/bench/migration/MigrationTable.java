package io.undermoon.dev.bench.migration;

import io.undermoon.dev.bench.migration.MigrationReport.Load;
import io.undermoon.dev.bench.migration.MigrationReport.Move;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A report as text: a line for each move, then ratios of ours to redis-cli's. */
final class MigrationTable {
    private static final String HEAD = "%-10s %-10s %8s %7s %10s %10s %5s %10s %8s %8s %8s %9s %7s %9s %9s %7s%n";
    private static final String ROW = "%-10s %-10s %8.1f %7.1f %10s %10s %5s %10s %8s %8s %8s %9s %7s %9s %9s %7s%n";

    private MigrationTable() {}

    static String render(MigrationReport report) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                HEAD,
                "who",
                "load",
                "seconds",
                "MB/s",
                "cmd/s pre",
                "during",
                "ratio",
                "after",
                "p99 pre",
                "during",
                "after",
                "longest",
                "paused",
                "PING p99",
                "longest",
                "errors"));
        report.moves().forEach(move -> text.append(row(move)));
        text.append(
                "PING, during the move, is to a Redis server that has no part in it: what the machine itself costs\n");
        for (Load load : Load.values()) {
            ratio(report, load).ifPresent(line -> text.append(line).append('\n'));
        }
        errors(report)
                .forEach((error, count) ->
                        text.append(count).append(" x ").append(error).append('\n'));
        return text.toString();
    }

    private static String row(Move move) {
        Phase before = move.before();
        Phase during = move.during();
        Phase after = move.after();
        return String.format(
                Locale.ROOT,
                ROW,
                move.subject(),
                move.load().name().toLowerCase(Locale.ROOT),
                move.seconds(),
                move.megabytesPerSecond(),
                rate(before),
                rate(during),
                kept(move)
                        .map(share -> String.format(Locale.ROOT, "%.2f", share))
                        .orElse("-"),
                rate(after),
                p99(before),
                p99(during),
                p99(after),
                during == null ? "-" : String.format(Locale.ROOT, "%.1f", during.longestMillis()),
                during == null || move.load() != Load.OFFERED
                        ? "-"
                        : String.format(Locale.ROOT, "%.1f", during.pausedMillis()),
                during == null ? "-" : String.format(Locale.ROOT, "%.2f", during.pingP99Millis()),
                during == null ? "-" : String.format(Locale.ROOT, "%.1f", during.pingLongestMillis()),
                during == null ? "-" : String.valueOf(sum(during.errors())));
    }

    /** Which share of the throughput before is left during the move. */
    private static Optional<Double> kept(Move move) {
        return move.before() == null || move.during() == null
                ? Optional.empty()
                : Optional.of(move.during().commandsPerSecond() / move.before().commandsPerSecond());
    }

    private static Optional<String> ratio(MigrationReport report, Load load) {
        Optional<Move> ours = find(report, "undermoon", load);
        Optional<Move> theirs = find(report, "redis-cli", load);
        return ours.isEmpty() || theirs.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%-10s ours takes %.2f of redis-cli's time",
                        load.name().toLowerCase(Locale.ROOT),
                        ours.get().seconds() / theirs.get().seconds()));
    }

    private static Optional<Move> find(MigrationReport report, String subject, Load load) {
        return report.moves().stream()
                .filter(move -> move.subject().equals(subject) && move.load() == load)
                .findFirst();
    }

    private static Map<String, Long> errors(MigrationReport report) {
        Map<String, Long> errors = new TreeMap<>();
        for (Move move : report.moves()) {
            for (Phase phase : new Phase[] {move.before(), move.during(), move.after()}) {
                if (phase != null) {
                    phase.errors()
                            .forEach((error, count) -> errors.merge(move.subject() + ": " + error, count, Long::sum));
                }
            }
        }
        return errors;
    }

    private static String rate(@Nullable Phase phase) {
        return phase == null ? "-" : String.format(Locale.ROOT, "%.0f", phase.commandsPerSecond());
    }

    private static String p99(@Nullable Phase phase) {
        return phase == null ? "-" : String.format(Locale.ROOT, "%.2f", phase.p99Millis());
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
