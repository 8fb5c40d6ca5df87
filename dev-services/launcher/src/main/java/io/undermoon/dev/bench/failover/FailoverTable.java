package io.undermoon.dev.bench.failover;

import io.undermoon.dev.bench.failover.FailoverReport.Row;
import java.util.List;
import java.util.Locale;

/** A report as text. */
public final class FailoverTable {
    private FailoverTable() {}

    public static String render(FailoverReport report) {
        StringBuilder text = new StringBuilder();
        line(text, "%-14s %-15s %3s %9s %9s %9s %11s", "", "", "n", "median ms", "p99 ms", "max ms", "errors each");
        for (Row row : report.rows()) {
            List<Long> sorted = row.millis().stream().sorted().toList();
            line(
                    text,
                    "%-14s %-15s %3d %9d %9d %9d %11.1f",
                    row.cluster(),
                    row.fault().title(),
                    sorted.size(),
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.99),
                    sorted.get(sorted.size() - 1),
                    row.errors().stream().mapToInt(Integer::intValue).average().orElse(0));
        }
        return text.toString();
    }

    /** The least of the values that so large a part of them does not exceed. */
    static long quantile(List<Long> sorted, double part) {
        return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
