package io.undermoon.broker.plan;

import io.undermoon.broker.state.ClusterStore;
import io.undermoon.broker.state.MetaStore;
import io.undermoon.broker.state.MetaStoreEdit;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;

/**
 * Gives the shards without slots, which are the last ones, an even share: every old shard hands over the tail of what it
 * has beyond its new share, the new shards being filled one after another.
 */
public final class Expansion {
    private Expansion() {}

    public static Outcome<Outcome.Done> expand(MetaStore state, ClusterName name) {
        ClusterStore cluster = Require.cluster(state, name);
        if (!cluster.lacksStableSlots()) {
            throw new UndermoonException(
                    ErrorCode.SLOTS_ALREADY_EVEN, "all shards of cluster '" + name + "' have slots already");
        }
        Require.noMigration(cluster);
        MetaStoreEdit edit = state.edit();
        SlotMoves moves = new SlotMoves(cluster, edit.bumpEpoch());
        planMoves(moves, cluster.shardNumber());
        edit.put(moves.done().withEpoch(state.globalEpoch().next()));
        return Outcome.done(edit.done());
    }

    private static void planMoves(SlotMoves moves, int shards) {
        int target = nextEmpty(moves, 0, shards);
        int missing = target < shards ? SlotShare.of(target, shards) : 0;
        int oldShards = target;
        for (int source = 0; source < oldShards; source++) {
            int surplus = moves.stableOf(source).size() - SlotShare.of(source, shards);
            while (surplus > 0 && target < shards) {
                int count = Math.min(missing, surplus);
                moves.moveLast(source, target, count);
                surplus -= count;
                missing -= count;
                if (missing == 0) {
                    target = nextEmpty(moves, target + 1, shards);
                    missing = target < shards ? SlotShare.of(target, shards) : 0;
                }
            }
        }
    }

    private static int nextEmpty(SlotMoves moves, int from, int shards) {
        int shard = from;
        while (shard < shards && !moves.stableOf(shard).isEmpty()) {
            shard++;
        }
        return shard;
    }
}
