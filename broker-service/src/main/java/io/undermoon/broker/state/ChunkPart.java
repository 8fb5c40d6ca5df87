package io.undermoon.broker.state;

/**
 * One shard of a cluster: one of the two parts of a chunk. It owns slots; its master changes with the role position.
 *
 * @param chunk index of the chunk in its cluster
 * @param part 0 or 1
 */
public record ChunkPart(int chunk, int part) {
    /** The part with a number, as counted by {@link #shard}. */
    public static ChunkPart ofShard(int shard) {
        return new ChunkPart(shard / StoredChunk.PARTS, shard % StoredChunk.PARTS);
    }

    /** The index of this part among all parts of its cluster, in chunk order. */
    public int shard() {
        return chunk * StoredChunk.PARTS + part;
    }
}
