package io.undermoon.dev.imports.engine;

import java.util.function.Consumer;

/** What a person is told: lines, and the last trouble with either end, which passes by itself. Thread-safe. */
final class Notices {
    private static final long SHOWN_NANOS = 3_000_000_000L;

    private final Consumer<String> out;
    private volatile String text = "";
    private volatile long sinceNanos;

    Notices(Consumer<String> out) {
        this.out = out;
    }

    /** Says something at once. */
    void say(String line) {
        out.accept(line);
    }

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
