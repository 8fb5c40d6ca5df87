package io.undermoon.dev.backups.catalog;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import java.time.Instant;
import java.util.List;

/**
 * A backup of a store.
 *
 * @param segments what was executed after it, in order, without a gap
 */
public record StoredBackup(Manifest manifest, List<Segment> segments) {
    public StoredBackup {
        segments = List.copyOf(segments);
    }

    /** The last point that it can be restored to. */
    public Instant last() {
        return segments.isEmpty()
                ? manifest.time()
                : segments.get(segments.size() - 1).time();
    }

    /** The bytes of all its files. */
    public long bytes() {
        return manifest.bytes() + segments.stream().mapToLong(Segment::bytes).sum();
    }
}
