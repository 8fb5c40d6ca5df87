package io.undermoon.dev.lifecycle;

import java.io.PrintStream;
import java.util.Locale;

/** Prints progress lines, each with the seconds since the start. Thread-safe. */
public final class Progress {
    private final PrintStream out;
    private final long startNanos = System.nanoTime();

    public Progress(PrintStream out) {
        this.out = out;
    }

    public void step(String text) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        out.println(String.format(Locale.ROOT, "%6.1f s  %s", seconds, text));
    }
}
