package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Epoch;

/**
 * The source and destination parts of a migration, by chunk index. Addresses are derived from the chunks, so a
 * takeover changes only the epoch.
 *
 * @param epoch the cluster epoch at which the migration (re)started
 */
public record TaskMeta(Epoch epoch, int srcChunkIndex, int srcChunkPart, int dstChunkIndex, int dstChunkPart) {
    public TaskMeta {
        requireNonNull(epoch, "epoch");
    }

    public static TaskMeta between(ChunkPart source, ChunkPart destination, Epoch epoch) {
        return new TaskMeta(epoch, source.chunk(), source.part(), destination.chunk(), destination.part());
    }

    public ChunkPart source() {
        return new ChunkPart(srcChunkIndex, srcChunkPart);
    }

    public ChunkPart destination() {
        return new ChunkPart(dstChunkIndex, dstChunkPart);
    }

    public TaskMeta restartedAt(Epoch newEpoch) {
        return new TaskMeta(newEpoch, srcChunkIndex, srcChunkPart, dstChunkIndex, dstChunkPart);
    }
}
