package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The move of slots from some masters to one, requested by an operator. Other migrations of the cluster may be
 * running.
 */
public final class Resharding {
    private Resharding() {}

    /**
     * The slots to move. Masters are named by their address or by that of their proxy.
     *
     * @param sources the sources; empty for all masters with slots
     * @param slotNumber the number of slots, in proportion to what the sources have; absent if the ranges are given
     * @param ranges the slots; absent if the number is given
     */
    public record Request(
            List<String> sources,
            String destination,
            @Nullable Integer slotNumber,
            @Nullable SlotRanges ranges) {
        public Request {
            sources = List.copyOf(sources);
            if ((slotNumber == null) == (ranges == null)) {
                throw refused("either slot_number or range_list says what moves");
            }
            if (slotNumber != null && slotNumber <= 0 || ranges != null && ranges.isEmpty()) {
                throw refused("there is nothing to move");
            }
        }
    }

    /** Plans the moves, one task per source, and starts those that may run. Returns them. */
    public static Outcome<List<MigratingSlots>> reshard(
            Metadata state, PlanContext context, ClusterName name, Request request) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        ShardAddresses addresses = new ShardAddresses(cluster);
        int destination = addresses.findOne(request.destination());
        List<Integer> sources = sources(cluster, addresses, request, destination);
        return SlotMoves.plan(state, context, cluster, moves -> {
            if (request.ranges() != null) {
                moveRanges(moves, sources, destination, request.ranges());
            } else if (request.slotNumber() != null) {
                moveNumber(moves, sources, destination, request.slotNumber());
            }
        });
    }

    private static List<Integer> sources(
            StoredCluster cluster, ShardAddresses addresses, Request request, int destination) {
        if (request.sources().isEmpty()) {
            return IntStream.range(0, cluster.shardNumber())
                    .filter(shard -> shard != destination)
                    .boxed()
                    .toList();
        }
        List<Integer> sources = request.sources().stream()
                .flatMap(address -> addresses.find(address).stream())
                .distinct()
                .sorted()
                .toList();
        if (sources.contains(destination)) {
            throw refused("'" + request.destination() + "' is a source and the destination");
        }
        return sources;
    }

    private static void moveRanges(SlotMoves moves, List<Integer> sources, int destination, SlotRanges wanted) {
        SlotRanges left = wanted;
        for (int source : sources) {
            SlotRanges given = wanted.minus(wanted.minus(moves.stableOf(source)));
            if (!given.isEmpty()) {
                moves.move(source, destination, given);
                left = left.minus(given);
            }
        }
        if (!left.isEmpty()) {
            throw refused("slots " + left + " are not owned by the sources, or are moving already");
        }
    }

    private static void moveNumber(SlotMoves moves, List<Integer> sources, int destination, int slots) {
        int[] present =
                sources.stream().mapToInt(shard -> moves.stableOf(shard).size()).toArray();
        int total = IntStream.of(present).sum();
        if (slots > total) {
            throw refused(slots + " slots are to move, but the sources have " + total + " that are not moving already");
        }
        int[] given =
                SlotShare.byWeight(slots, IntStream.of(present).asLongStream().toArray(), present);
        List<Integer> givers = new ArrayList<>(sources);
        for (int i = 0; i < givers.size(); i++) {
            if (given[i] > 0) {
                moves.moveFirst(givers.get(i), destination, given[i]);
            }
        }
    }

    private static UndermoonException refused(String message) {
        return new UndermoonException(ErrorCode.INVALID_MIGRATION_TASK, message);
    }
}
