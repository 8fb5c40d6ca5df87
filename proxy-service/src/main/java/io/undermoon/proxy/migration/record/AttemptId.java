package io.undermoon.proxy.migration.record;

import io.undermoon.metadata.Epoch;
import java.util.Comparator;

/**
 * Names one attempt to move slots; no two attempts have the same. A later attempt's is greater: the epoch of its task is, or
 * within a task the number it counted up from what it found in the records.
 *
 * <pre>
 * &lt;epoch&gt;.&lt;number&gt;.&lt;random&gt;
 * </pre>
 */
public record AttemptId(Epoch epoch, long number, String random) implements Comparable<AttemptId> {
    private static final Comparator<AttemptId> ORDER = Comparator.comparing((AttemptId attempt) -> attempt.epoch.value())
            .thenComparing(AttemptId::number)
            .thenComparing(AttemptId::random);

    public AttemptId {
        if (random.isEmpty() || random.indexOf(' ') >= 0 || random.indexOf('.') >= 0) {
            throw new IllegalArgumentException("'" + random + "' is not part of an attempt id");
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException it is none
     */
    static AttemptId parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is not <epoch>.<number>.<random>");
        }
        return new AttemptId(new Epoch(Long.parseLong(parts[0])), Long.parseLong(parts[1]), parts[2]);
    }

    @Override
    public int compareTo(AttemptId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return epoch + "." + number + "." + random;
    }
}
