package io.undermoon.simulation.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Collectors;

/** What has happened: a hash of everything, and the last lines of it. */
public final class Trace {
    private static final int KEPT = 120;
    private static final long PRIME = 0x100000001B3L;

    private final Deque<Line> last = new ArrayDeque<>();
    private long hash = 0xCBF29CE484222325L;

    private record Line(long nanos, String text) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%9.3f s  %s", nanos / 1e9, text);
        }
    }

    void event(long nanos, int process) {
        mix(nanos);
        mix(process);
    }

    /** Adds a line. */
    void note(long nanos, String text) {
        mix(text.hashCode());
        if (last.size() == KEPT) {
            last.removeFirst();
        }
        last.addLast(new Line(nanos, text));
    }

    private void mix(long value) {
        hash = (hash ^ value) * PRIME;
        hash ^= hash >>> 29;
    }

    public long hash() {
        return hash;
    }

    /** The last lines. */
    public String lastLines() {
        return last.stream().map(Line::toString).collect(Collectors.joining("\n"));
    }
}
