package io.undermoon.dev.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of one benchmark, which {@code --json} writes to a file.
 *
 * @param rounds how often each target was measured in each cell, in turn
 * @param proxyThreads event loops of the proxy
 */
public record BenchReport(Machine machine, int proxyThreads, int rounds, double secondsPerMeasurement, List<Row> rows) {
    public BenchReport {
        rows = List.copyOf(rows);
    }

    /** One cell: the figures by the name of the target, in the order of measuring; the bare server is the first. */
    public record Row(Cell cell, Map<String, Figures> figures) {
        public Row {
            figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        }
    }
}
