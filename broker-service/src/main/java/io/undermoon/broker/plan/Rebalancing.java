package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The distribution of a cluster's slots by weight with as few moves as possible; its nodes do not change. */
public final class Rebalancing {
    /** The default of {@link Request#thresholdPercent}. */
    public static final double DEFAULT_THRESHOLD_PERCENT = 2;

    private static final double MAX_WEIGHT = 1_000_000;
    /** Weights are converted to whole thousandths, so that shares are computed without rounding errors. */
    private static final double SCALE = 1000;

    private Rebalancing() {}

    /**
     * The wanted distribution.
     *
     * @param weights by the address of a master, or of a proxy for all its masters; 0 removes all slots. A master
     *     that is not named has weight 1 if it has slots, else 0
     * @param thresholdPercent nothing moves if no share differs from its target by more than this
     */
    public record Request(Map<String, Double> weights, double thresholdPercent) {
        public Request {
            weights = Map.copyOf(weights);
            weights.forEach((address, weight) -> {
                if (!(weight >= 0 && weight <= MAX_WEIGHT)) {
                    throw refused("weight " + weight + " of '" + address + "' is not between 0 and 1000000");
                }
            });
            if (!(thresholdPercent >= 0 && thresholdPercent <= 100)) {
                throw refused("threshold " + thresholdPercent + " is not between 0 and 100");
            }
        }
    }

    /** Plans the moves and starts those that may run. Returns them; empty if all shares are within the threshold. */
    public static Outcome<List<MigratingSlots>> rebalance(
            Metadata state, PlanContext context, ClusterName name, Request request) {
        StoredCluster cluster = Preconditions.requireCluster(state, name);
        Preconditions.requireNoMigration(cluster);
        int[] present = new SlotMoves(cluster, cluster.epoch()).sizes();
        long[] weights = weights(cluster, request, present);
        if (Arrays.stream(weights).sum() == 0) {
            throw refused("no master has a weight above 0");
        }
        int[] wanted = SlotShare.byWeight(Arrays.stream(present).sum(), weights, present);
        if (isEvenEnough(present, wanted, request.thresholdPercent())) {
            return new Outcome<>(state, List.of());
        }
        return SlotMoves.plan(state, context, cluster, moves -> Leveling.level(moves, wanted));
    }

    private static long[] weights(StoredCluster cluster, Request request, int[] present) {
        long[] weights = Arrays.stream(present)
                .mapToLong(slots -> slots > 0 ? (long) SCALE : 0)
                .toArray();
        ShardAddresses addresses = new ShardAddresses(cluster);
        request.weights()
                .forEach((address, weight) ->
                        addresses.find(address).forEach(shard -> weights[shard] = Math.round(weight * SCALE)));
        return weights;
    }

    private static boolean isEvenEnough(int[] present, int[] wanted, double thresholdPercent) {
        for (int i = 0; i < present.length; i++) {
            if (Math.abs(present[i] - wanted[i]) * 100.0 > thresholdPercent * wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private static UndermoonException refused(String message) {
        return new UndermoonException(ErrorCode.INVALID_REQUEST, message);
    }
}
