package io.undermoon.proxy.migration.record;

import io.undermoon.metadata.Epoch;
import java.util.Comparator;

/**
 * The unique id of one attempt to move slots. The id of a later attempt is greater: its task has a higher epoch, or
 * within a task its number is one more than the highest number in the records.
 *
 * <pre>
 * &lt;epoch&gt;.&lt;number&gt;.&lt;random&gt;
 * </pre>
 */
public record AttemptId(Epoch epoch, long number, String random) implements Comparable<AttemptId> {
    private static final Comparator<AttemptId> ORDER = Comparator.comparing((AttemptId id) -> id.epoch.value())
            .thenComparing(AttemptId::number)
            .thenComparing(AttemptId::random);

    public AttemptId {
        if (random.isEmpty() || random.indexOf(' ') >= 0 || random.indexOf('.') >= 0) {
            throw new IllegalArgumentException("'" + random + "' is not part of an attempt id");
        }
    }

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException if the text is not an attempt id
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
