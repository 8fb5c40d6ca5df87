package io.undermoon.dev.bench;

import io.undermoon.dev.bench.BenchReport.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A report as text for people: one table for each pair of targets, figures of the one and ratios to the other. */
public final class RatioTable {
    private static final String UNKNOWN = "-";
    private static final int COLUMNS = 21;

    private RatioTable() {}

    /**
     * @param subject the target whose figures are shown
     * @param base the target they are divided by
     */
    public static String render(BenchReport report, String subject, String base) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(
                "command",
                "bytes",
                "conns",
                "pipe",
                "cmd/s",
                "ratio",
                "p50 us",
                "ratio",
                "p99 us",
                "ratio",
                "p99.9 us",
                "ratio",
                "CPU us",
                "base",
                "ratio",
                "B/cmd",
                "gen",
                "node us",
                "base",
                "cmd/read",
                "base"));
        for (Row row : report.rows()) {
            Figures of = row.figures().get(subject);
            Figures to = row.figures().get(base);
            if (of != null && to != null) {
                lines.add(line(row.cell(), of, to));
            }
        }
        return subject + " (ratio: to " + base + ")\n" + aligned(lines);
    }

    private static List<String> line(Cell cell, Figures of, Figures to) {
        return List.of(
                cell.workload().name(),
                String.valueOf(cell.valueBytes()),
                String.valueOf(cell.connections()),
                String.valueOf(cell.pipeline()),
                number("%.0f", of.commandsPerSecond()),
                ratio(of.commandsPerSecond(), to.commandsPerSecond()),
                number("%.0f", of.p50Micros()),
                ratio(of.p50Micros(), to.p50Micros()),
                number("%.0f", of.p99Micros()),
                ratio(of.p99Micros(), to.p99Micros()),
                number("%.0f", of.p999Micros()),
                ratio(of.p999Micros(), to.p999Micros()),
                number("%.2f", of.cpuMicros()),
                number("%.2f", to.cpuMicros()),
                ratio(of.cpuMicros(), to.cpuMicros()),
                number("%.0f", of.allocatedBytes()),
                number("%.0f%%", of.generatorBusy() * 100),
                number("%.2f", nodeCpu(of)),
                number("%.2f", nodeCpu(to)),
                number("%.0f", nodeReads(of)),
                number("%.0f", nodeReads(to)));
    }

    private static @Nullable Double nodeCpu(Figures figures) {
        return figures.node() == null ? null : figures.node().cpuMicros();
    }

    private static @Nullable Double nodeReads(Figures figures) {
        return figures.node() == null ? null : figures.node().commandsPerRead();
    }

    private static String ratio(@Nullable Double of, @Nullable Double to) {
        return of == null || to == null || to == 0 ? UNKNOWN : number("%.2f", of / to);
    }

    private static String number(String format, @Nullable Double value) {
        return value == null ? UNKNOWN : String.format(Locale.ROOT, format, value);
    }

    /** The first column to the left, numbers to the right. */
    private static String aligned(List<List<String>> lines) {
        int[] widths = new int[COLUMNS];
        for (List<String> line : lines) {
            for (int i = 0; i < COLUMNS; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int i = 0; i < COLUMNS; i++) {
                String padding = " ".repeat(widths[i] - line.get(i).length());
                text.append(i == 0 ? line.get(i) + padding : "  " + padding + line.get(i));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
