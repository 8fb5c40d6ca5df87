package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ChunkStore;
import io.undermoon.broker.state.ClusterStore;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.TaskMeta;
import io.undermoon.metadata.Epoch;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of one cluster while migrations are planned: slots taken from a part leave its stable slots at once and belong
 * to a task until it is committed. Mutable; belongs to one plan.
 */
final class SlotMoves {
    private final ClusterStore cluster;
    private final Epoch epoch;
    private final List<SlotRanges> stable = new ArrayList<>();
    private final List<List<MigratingSlots>> tasks = new ArrayList<>();

    /**
     * @param epoch the epoch of the planned tasks
     */
    SlotMoves(ClusterStore cluster, Epoch epoch) {
        this.cluster = cluster;
        this.epoch = epoch;
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            ChunkStore chunk = cluster.chunks().get(part.chunk());
            stable.add(chunk.stable(part.part()));
            tasks.add(new ArrayList<>(chunk.migratingSlots().get(part.part())));
        }
    }

    SlotRanges stableOf(int shard) {
        return stable.get(shard);
    }

    /** Plans to move the highest slots of a shard to another. */
    void moveLast(int source, int destination, int count) {
        move(source, destination, stable.get(source).takeLast(count));
    }

    /** Plans to move the lowest slots of a shard to another. */
    void moveFirst(int source, int destination, int count) {
        move(source, destination, stable.get(source).takeFirst(count));
    }

    private void move(int source, int destination, SlotRanges.Split split) {
        stable.set(source, split.rest());
        TaskMeta meta = TaskMeta.between(ChunkPart.ofShard(source), ChunkPart.ofShard(destination), epoch);
        SlotRanges moving = split.taken();
        tasks.get(source).add(new MigratingSlots(moving, true, meta));
        tasks.get(destination).add(new MigratingSlots(moving, false, meta));
    }

    ClusterStore done() {
        List<ChunkStore> chunks = new ArrayList<>(cluster.chunks());
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            chunks.set(
                    part.chunk(), chunks.get(part.chunk()).withPart(part.part(), stable.get(shard), tasks.get(shard)));
        }
        return cluster.withChunks(chunks);
    }
}
