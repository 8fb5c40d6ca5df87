package io.undermoon.dev.backups.restore;

import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.manifest.Segment.Mark;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.plan.LaunchException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which state of a cluster is restored.
 *
 * @param segments those that are needed, in order
 * @param offsets up to where each shard is replayed
 * @param taken the time that this is
 * @param agreed whether it is a point that all masters agreed on; else each is taken up to the last second before
 */
public record Moment(Manifest manifest, List<Segment> segments, List<Long> offsets, Instant taken, boolean agreed) {
    public Moment {
        segments = List.copyOf(segments);
        offsets = List.copyOf(offsets);
    }

    /** The point of a backup itself, without what {@code --continuous} has added. */
    public static Moment of(Manifest manifest) {
        return new Moment(
                manifest,
                List.of(),
                manifest.shards().stream().map(Manifest.Shard::pointOffset).toList(),
                manifest.time(),
                true);
    }

    /** The last state that a backup has: that of its last segment, or of itself if none followed. */
    public static Moment last(StoredBackup backup) {
        return at(backup, backup.last(), true);
    }

    /**
     * The last state that is not later than a time.
     *
     * @param agreed whether only points that all masters agreed on count
     */
    public static Moment at(StoredBackup backup, Instant time, boolean agreed) {
        Manifest manifest = backup.manifest();
        if (time.isBefore(manifest.time())) {
            throw new LaunchException("the backup " + manifest.cluster() + "/" + manifest.id() + " has its point at "
                    + manifest.taken() + ", which is after " + time);
        }
        Moment moment = of(manifest);
        List<Segment> segments = new ArrayList<>();
        for (Segment segment : backup.segments()) {
            segments.add(segment);
            if (!segment.time().isAfter(time)) {
                List<Long> offsets =
                        segment.parts().stream().map(Segment.Part::toOffset).toList();
                moment = new Moment(manifest, segments, offsets, segment.time(), true);
            } else {
                return agreed ? moment : within(moment, segment, time);
            }
        }
        if (moment.taken().isBefore(time.minusMillis(1)) && !agreed) {
            throw new LaunchException("the backup " + manifest.cluster() + "/" + manifest.id() + " reaches up to "
                    + backup.last() + ", which is before " + time + "; restore up to then, or say --agreed for the last"
                    + " point before");
        }
        return moment;
    }

    private static Moment within(Moment before, Segment segment, Instant time) {
        List<Long> offsets = new ArrayList<>();
        boolean any = false;
        for (Segment.Part part : segment.parts()) {
            Optional<Mark> last = part.marks().stream()
                    .filter(mark -> mark.millis() <= time.toEpochMilli())
                    .reduce((earlier, later) -> later);
            any |= last.isPresent();
            offsets.add(last.map(Mark::offset).orElse(part.fromOffset()));
        }
        if (!any) {
            return before;
        }
        List<Segment> segments = new ArrayList<>(before.segments());
        segments.add(segment);
        return new Moment(before.manifest(), segments, offsets, time, false);
    }

    /** The keys that all masters had together, as they counted them; nothing where that is not known. */
    public Optional<long[]> keysAndThoseThatExpire() {
        if (!agreed) {
            return Optional.empty();
        }
        if (segments.isEmpty()) {
            return Optional.of(new long[] {
                manifest.keys(),
                manifest.shards().stream()
                        .mapToLong(Manifest.Shard::keysThatExpire)
                        .sum()
            });
        }
        List<Segment.Part> last = segments.get(segments.size() - 1).parts();
        return Optional.of(new long[] {
            last.stream().mapToLong(Segment.Part::keys).sum(),
            last.stream().mapToLong(Segment.Part::keysThatExpire).sum()
        });
    }

    /** The files of the stream of a shard. */
    List<FileFacts> streams(int shard) {
        List<FileFacts> streams = new ArrayList<>();
        streams.add(manifest.shards().get(shard).stream());
        segments.forEach(segment -> streams.add(segment.parts().get(shard).stream()));
        return streams;
    }
}
