package io.undermoon.dev.imports.engine;

/** The last trouble with either end, for who looks at the progress. It passes by itself. Thread-safe. */
final class Notices {
    private static final long SHOWN_NANOS = 3_000_000_000L;

    private volatile String text = "";
    private volatile long sinceNanos;

    void source(String problem) {
        show("source: " + problem);
    }

    void destination(String problem) {
        show("destination: " + problem);
    }

    private void show(String problem) {
        text = problem;
        sinceNanos = System.nanoTime();
    }

    /** Empty if there was none in the last seconds. */
    String recent() {
        return System.nanoTime() - sinceNanos < SHOWN_NANOS ? text : "";
    }
}
