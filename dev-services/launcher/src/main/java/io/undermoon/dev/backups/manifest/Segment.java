package io.undermoon.dev.backups.manifest;

import io.undermoon.dev.backups.store.FileFacts;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a cluster has executed since the point of a backup, or since the segment before, up to another agreed point.
 *
 * @param number from 1
 * @param taken when its point was, in ISO 8601
 * @param parts in the order of the shards of the backup
 */
public record Segment(int version, int number, String taken, long heldMillis, List<Part> parts) {
    public Segment {
        parts = List.copyOf(parts);
    }

    /**
     * The part of one master.
     *
     * @param fromOffset in its history
     * @param toOffset in its history
     * @param keys at the point, as the master counted them
     */
    public record Part(
            String master,
            long fromOffset,
            long toOffset,
            long keys,
            long keysThatExpire,
            FileFacts stream,
            List<Mark> marks) {
        public Part {
            marks = List.copyOf(marks);
        }
    }

    /**
     * How much of a history had arrived at some time.
     *
     * @param millis since 1970, by the clock of the machine that took the backup
     */
    public record Mark(long millis, long offset) {}

    /** The name of the description of a segment, beside the manifest. */
    public static String name(int number) {
        return String.format(Locale.ROOT, "segment-%06d.json", number);
    }

    /** When its point was. */
    public Instant time() {
        return Instant.parse(taken);
    }

    public long bytes() {
        return parts.stream().mapToLong(part -> part.stream().bytes()).sum();
    }
}
