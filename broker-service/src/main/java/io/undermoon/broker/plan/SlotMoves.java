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
 * The parts of one cluster while migrations are planned: slots taken from a part leave its stable slots at once and belong
 * to a task until it is committed. Mutable; belongs to one plan.
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

    /** How many slots are planned to come to a shard. */
    int plannedFor(int shard) {
        return planned[shard];
    }

    int shards() {
        return stable.size();
    }

    /** How many slots each shard has that are not moving. */
    int[] sizes() {
        return stable.stream().mapToInt(SlotRanges::size).toArray();
    }

    /** Plans to move certain slots of a shard, all of which it has, to another. */
    void move(int source, int destination, SlotRanges slots) {
        move(source, destination, new SlotRanges.Split(slots, stable.get(source).minus(slots)));
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
        MigratingSlots task = MigratingSlots.planned(split.taken(), meta);
        tasks.get(source).add(task);
        tasks.get(destination).add(task.otherSide());
        planned[destination] += split.taken().size();
    }

    /** The cluster with the new tasks, of which those are started that may run. */
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
     * @return the planned tasks, as their sources store them
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
