package io.undermoon.broker.state;

/**
 * One shard of a cluster: a part of a chunk that owns slots whichever node is its master.
 *
 * @param chunk index of the chunk in its cluster
 * @param part 0 or 1
 */
public record ChunkPart(int chunk, int part) {
    /** The part with a given number when all parts of a cluster are counted in order. */
    public static ChunkPart ofShard(int shard) {
        return new ChunkPart(shard / StoredChunk.PARTS, shard % StoredChunk.PARTS);
    }

    /** The number of this part when all parts of its cluster are counted in order. */
    public int shard() {
        return chunk * StoredChunk.PARTS + part;
    }
}
