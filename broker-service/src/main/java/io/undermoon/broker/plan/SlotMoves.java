package io.undermoon.broker.plan;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.state.TaskMeta;
import io.undermoon.metadata.Epoch;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A builder for migrations of one cluster. Slots that are moved leave the stable slots of their part at once and
 * belong to a task until it is committed. Mutable; used by one plan.
 */
final class SlotMoves {
    private final StoredCluster cluster;
    private final Epoch epoch;
    private final List<SlotRanges> stable = new ArrayList<>();
    private final List<List<MigratingSlots>> tasks = new ArrayList<>();
    private final int[] planned;

    /**
     * @param epoch the epoch of the planned tasks
     */
    SlotMoves(StoredCluster cluster, Epoch epoch) {
        this.cluster = cluster;
        this.epoch = epoch;
        this.planned = new int[cluster.shardNumber()];
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            StoredChunk chunk = cluster.chunks().get(part.chunk());
            stable.add(chunk.stable(part.part()));
            tasks.add(new ArrayList<>(chunk.migratingSlots().get(part.part())));
        }
    }

    SlotRanges stableOf(int shard) {
        return stable.get(shard);
    }

    /** The number of slots that planned moves bring to a shard. */
    int plannedFor(int shard) {
        return planned[shard];
    }

    int shards() {
        return stable.size();
    }

    /** The number of stable slots per shard. */
    int[] sizes() {
        return stable.stream().mapToInt(SlotRanges::size).toArray();
    }

    /** Plans the move of certain stable slots of a shard to another. */
    void move(int source, int destination, SlotRanges slots) {
        move(source, destination, new SlotRanges.Split(slots, stable.get(source).minus(slots)));
    }

    /** Plans the move of the highest slots of a shard to another. */
    void moveLast(int source, int destination, int count) {
        move(source, destination, stable.get(source).takeLast(count));
    }

    /** Plans the move of the lowest slots of a shard to another. */
    void moveFirst(int source, int destination, int count) {
        move(source, destination, stable.get(source).takeFirst(count));
    }

    private void move(int source, int destination, SlotRanges.Split split) {
        stable.set(source, split.rest());
        TaskMeta meta = TaskMeta.between(ChunkPart.ofShard(source), ChunkPart.ofShard(destination), epoch);
        MigratingSlots task = MigratingSlots.planned(split.taken(), meta);
        tasks.get(source).add(task);
        tasks.get(destination).add(task.otherSide());
        planned[destination] += split.taken().size();
    }

    /** The cluster with the new tasks; those that may run are started. */
    StoredCluster done(PlanContext context) {
        List<StoredChunk> chunks = new ArrayList<>(cluster.chunks());
        for (int shard = 0; shard < cluster.shardNumber(); shard++) {
            ChunkPart part = ChunkPart.ofShard(shard);
            chunks.set(
                    part.chunk(), chunks.get(part.chunk()).withPart(part.part(), stable.get(shard), tasks.get(shard)));
        }
        return TaskQueue.start(cluster.withChunks(chunks), context);
    }

    /**
     * Plans moves of slots of a cluster and stores them under a new epoch.
     *
     * @return the planned tasks, in the form their sources store
     */
    static Outcome<List<MigratingSlots>> plan(
            Metadata state, PlanContext context, StoredCluster cluster, Consumer<SlotMoves> moves) {
        MetadataEdit edit = state.edit();
        Epoch epoch = edit.bumpEpoch();
        SlotMoves planned = new SlotMoves(cluster, epoch);
        moves.accept(planned);
        StoredCluster changed = planned.done(context).withEpoch(epoch);
        edit.put(changed);
        List<MigratingSlots> tasks = changed.tasks().stream()
                .filter(task -> task.meta().epoch().equals(epoch))
                .toList();
        return new Outcome<>(edit.done(), tasks);
    }
}
