package io.undermoon.simulation.check;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.simulation.redis.Keys;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys whose slots move by the stored metadata, and which side has them by the records in the nodes. */
final class MovingKeys {
    private static final String OWNED = " owned";

    private final Function<String, RedisServer> servers;
    private final @Nullable Move[] moves = new Move[Keys.COUNT];

    /** @param servers by address */
    MovingKeys(Function<String, RedisServer> servers) {
        this.servers = servers;
    }

    /** Both nodes of a shard, the master first. */
    record Shard(ChunkPart part, String master, String replica) {
        static Shard of(StoredCluster cluster, ChunkPart part) {
            StoredChunk chunk = cluster.chunks().get(part.chunk());
            int node = chunk.rolePosition().masterNode(part.part());
            return new Shard(
                    part,
                    chunk.nodeAddresses().get(node).value(),
                    chunk.nodeAddresses()
                            .get(RolePosition.replicationPeer(node))
                            .value());
        }

        boolean has(RedisServer node) {
            return node.address().equals(master) || node.address().equals(replica);
        }
    }

    /** @param isGiven whether the destination has the slots */
    private record Move(String slots, Shard source, Shard destination, boolean isGiven) {
        Move with(boolean given) {
            return new Move(slots, source, destination, given);
        }

        /** Whether a node of the destination has on record that it has the slots. */
        boolean isOwnedAt(RedisServer node) {
            return destination.has(node) && hasOnRecord(node);
        }

        boolean hasOnRecord(RedisServer node) {
            return node.record(MigrationRecords.IMPORTS, slots).endsWith(OWNED);
        }

        boolean isSameAs(@Nullable Move other) {
            return other != null
                    && source.part().equals(other.source.part())
                    && destination.part().equals(other.destination.part());
        }
    }

    /** How a move has ended. */
    enum End {
        COMMITTED,
        ABORTED,
        /** Committed although the source has the slots, or aborted although the destination has them. */
        UNPROVEN
    }

    /** Takes the moves of metadata that is stored. Returns how others have ended. */
    List<End> read(Metadata metadata) {
        @Nullable Move[] former = moves.clone();
        Arrays.fill(moves, null);
        List<End> ends = new ArrayList<>();
        for (StoredCluster cluster : metadata.clusters().values()) {
            cluster.runningTasks().forEach(task -> begin(cluster, task, former));
            for (int key = 0; key < Keys.COUNT; key++) {
                Move move = former[key];
                if (move != null && !move.isSameAs(moves[key])) {
                    ends.add(end(cluster, key, move));
                }
            }
        }
        return ends;
    }

    private void begin(StoredCluster cluster, MigratingSlots task, @Nullable Move[] former) {
        Move made = new Move(
                task.rangeList().toString(),
                Shard.of(cluster, task.meta().source()),
                Shard.of(cluster, task.meta().destination()),
                false);
        for (int key = 0; key < Keys.COUNT; key++) {
            if (task.rangeList().contains(Keys.slot(key))) {
                Move before = former[key];
                boolean isGiven = before != null && made.isSameAs(before) && before.isGiven();
                moves[key] = made.with(isGiven);
            }
        }
    }

    private End end(StoredCluster cluster, int key, Move move) {
        ChunkPart destination = move.destination().part();
        boolean isAtDestination = cluster.chunks()
                .get(destination.chunk())
                .stable(destination.part())
                .contains(Keys.slot(key));
        boolean isGiven = move.isGiven()
                || move.isOwnedAt(servers.apply(move.destination().master()));
        if (isAtDestination != isGiven) {
            return End.UNPROVEN;
        }
        return isAtDestination ? End.COMMITTED : End.ABORTED;
    }

    /** The address of the master that has a key; null if its slot does not move. */
    @Nullable
    String master(int key) {
        Move move = moves[key];
        return move == null
                ? null
                : move.isGiven() ? move.destination().master() : move.source().master();
    }

    /**
     * Whether a node is of the side that does not have the key. A former master of the destination, which serves as it
     * did as long as its proxy does not know better, may be a replica of the source by the newest metadata.
     */
    boolean isOfOtherSide(RedisServer node, int key) {
        Move move = moves[key];
        if (move == null) {
            return false;
        }
        return move.isGiven()
                ? move.source().has(node) && !move.hasOnRecord(node)
                : move.destination().has(node);
    }

    /**
     * Takes a write of a client. A node of the destination may have got its record from a former master, while the
     * metadata had another one already.
     *
     * @return whether the destination has the key from now on
     */
    boolean written(RedisServer node, int key) {
        Move move = moves[key];
        boolean isFound = move != null && !move.isGiven() && move.isOwnedAt(node);
        if (isFound) {
            moves[key] = move.with(true);
        }
        return isFound;
    }

    /**
     * Takes a record of a destination.
     *
     * @return the keys that the destination has from now on, or no longer
     */
    List<Integer> recorded(RedisServer node, String slots, String record) {
        boolean isOwned = record.endsWith(OWNED);
        boolean isClaim = record.endsWith(" copying");
        List<Integer> changed = new ArrayList<>();
        for (int key = 0; key < Keys.COUNT; key++) {
            Move move = moves[key];
            if (move == null || !move.destination().has(node) || !parse(slots).contains(Keys.slot(key))) {
                continue;
            }
            String master = move.destination().master();
            boolean counts = node.address().equals(master)
                    || isOwned && !servers.apply(master).isMaster();
            if (counts && (isOwned && !move.isGiven() || isClaim && move.isGiven())) {
                moves[key] = move.with(isOwned);
                changed.add(key);
            }
        }
        return changed;
    }

    /** The addresses of the masters of the source and the destination; empty if the key's slot does not move. */
    List<String> sides(int key) {
        Move move = moves[key];
        return move == null
                ? List.of()
                : List.of(move.source().master(), move.destination().master());
    }

    boolean isGiven(int key) {
        Move move = moves[key];
        return move != null && move.isGiven();
    }

    private static SlotRanges parse(String text) {
        List<SlotRange> ranges = new ArrayList<>();
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            ranges.add(new SlotRange(
                    Integer.parseInt(range.substring(0, dash)), Integer.parseInt(range.substring(dash + 1))));
        }
        return new SlotRanges(ranges);
    }
}
