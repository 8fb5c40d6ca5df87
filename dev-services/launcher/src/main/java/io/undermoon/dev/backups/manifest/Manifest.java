package io.undermoon.dev.backups.manifest;

import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.slot.SlotRanges;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A backup: what all masters of a cluster had at one point. It is written when all its files are there, so what has
 * none is no backup.
 *
 * @param version of this description
 * @param id the directory of its files, such as {@code 20261129T145200Z}
 * @param epoch of the metadata at the point
 * @param taken when the point was, by the clock of the machine that took it, in ISO 8601
 * @param heldMillis for how long the writers were held
 * @param compression the strategy of the cluster, which says whether there may be compressed values
 */
public record Manifest(
        int version,
        String id,
        String cluster,
        long epoch,
        String taken,
        long heldMillis,
        String compression,
        List<Shard> shards) {
    public static final int VERSION = 1;
    public static final String NAME = "manifest.json";

    public Manifest {
        shards = List.copyOf(shards);
    }

    /**
     * The part of one master: its snapshot, and the stream of replication from there to the point.
     *
     * @param slots that it had at the point; what else is in its files is left over
     * @param history the replication id
     * @param snapshotOffset in the history
     * @param pointOffset in the history
     * @param keys at the point, as the master counted them
     * @param keysThatExpire of those
     */
    public record Shard(
            String master,
            SlotRanges slots,
            String history,
            long snapshotOffset,
            long pointOffset,
            long keys,
            long keysThatExpire,
            FileFacts snapshot,
            FileFacts stream) {}

    /** When the point was. */
    public Instant time() {
        return Instant.parse(taken);
    }

    public List<FileFacts> files() {
        List<FileFacts> files = new ArrayList<>();
        shards.forEach(shard -> files.addAll(List.of(shard.snapshot(), shard.stream())));
        return files;
    }

    public long bytes() {
        return files().stream().mapToLong(FileFacts::bytes).sum();
    }

    public long keys() {
        return shards.stream().mapToLong(Shard::keys).sum();
    }
}
