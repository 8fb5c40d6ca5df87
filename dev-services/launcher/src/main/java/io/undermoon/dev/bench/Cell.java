package io.undermoon.dev.bench;

/**
 * One combination of workload, value size, connections and pipeline to measure.
 *
 * @param pipeline commands a client sends before it waits for their replies
 */
public record Cell(Workload workload, int valueBytes, int connections, int pipeline) {
    private static final int MAX_KEYS = 10_000;
    private static final int MAX_STORED_BYTES = 16 << 20;

    public Cell {
        requireWithin("value bytes", valueBytes, 1 << 20);
        requireWithin("connections", connections, 10_000);
        requireWithin("pipeline", pipeline, 1000);
    }

    /** How many keys are used: fewer when values are large, so that storing them takes little time and memory. */
    int keys() {
        return Math.max(1, Math.min(MAX_KEYS, MAX_STORED_BYTES / valueBytes));
    }

    String value() {
        return "x".repeat(valueBytes);
    }

    private static void requireWithin(String what, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is not within 1-" + max);
        }
    }
}
