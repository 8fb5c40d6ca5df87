package io.undermoon.dev.bench.controlplane;

import io.undermoon.dev.bench.controlplane.ControlPlaneReport.Change;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as text. */
public final class ControlPlaneTable {
    private static final double MEGABYTE = 1e6;

    private ControlPlaneTable() {}

    public static String render(ControlPlaneReport report) {
        StringBuilder text = new StringBuilder();
        line(text, "idle, %d s: %d bytes/s to all proxies", report.idleSeconds(), report.idleBytesPerSecond());
        report.idleCpuPercent().forEach((name, percent) -> line(text, "  %-14s %5.1f %% of a core", name, percent));
        line(text, "");
        line(text, "%-10s %9s %9s %12s %12s  %s", "change", "first ms", "all ms", "MB to all", "MB read", "CPU ms");
        for (Change change : report.changes()) {
            line(
                    text,
                    "%-10s %9d %9d %12.2f %12.2f  %s",
                    change.name(),
                    change.firstMillis(),
                    change.allMillis(),
                    change.bytesToProxies() / MEGABYTE,
                    change.bytesFromBroker() / MEGABYTE,
                    cpu(change.cpuMillis()));
        }
        line(text, "");
        line(
                text,
                "first: until the other half of the failed proxy's chunk has the change, all: until every proxy has");
        line(text, "it; MB to all: sent to all proxies; MB read: read by coordinators, from broker and proxies.");
        return text.toString();
    }

    private static String cpu(Map<String, Long> millis) {
        return millis.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
