package io.undermoon.broker.plan;

import static java.util.Comparator.comparingLong;

import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The division of slots among shards. */
final class SlotShare {
    private SlotShare() {}

    /** The share of a shard when {@code shards} of them share all slots; the first shards get the remainder. */
    static int of(int shard, int shards) {
        return Slot.COUNT / shards + (shard < Slot.COUNT % shards ? 1 : 0);
    }

    /** One contiguous block per shard, in order. */
    static List<SlotRanges> blocks(int shards) {
        List<SlotRanges> blocks = new ArrayList<>();
        int start = 0;
        for (int shard = 0; shard < shards; shard++) {
            int size = of(shard, shards);
            blocks.add(size == 0 ? SlotRanges.NONE : SlotRanges.of(start, start + size - 1));
            start += size;
        }
        return blocks;
    }

    /**
     * Divides in proportion to weights. The remainder after rounding down goes to the largest fractions, then to the
     * shards with the most slots now, so that few slots move, then to the first shards.
     *
     * @param weights not negative, not all 0
     * @param present the current number per shard
     */
    static int[] byWeight(int total, long[] weights, int[] present) {
        long sum = Arrays.stream(weights).sum();
        int[] shares = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            shares[i] = (int) (total * weights[i] / sum);
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, weights.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .toList());
        Comparator<Integer> byFraction = comparingLong(i -> total * weights[i] % sum);
        order.sort(Collections.reverseOrder(byFraction.thenComparingInt(i -> present[i]))
                .thenComparingInt(i -> i));
        int left = total - Arrays.stream(shares).sum();
        for (int i = 0; i < left; i++) {
            shares[order.get(i)]++;
        }
        return shares;
    }

    /** An even share for the first {@code staying} shards, none for the others. */
    static int[] even(int staying, int[] present) {
        long[] weights = new long[present.length];
        Arrays.fill(weights, 0, staying, 1);
        return byWeight(Arrays.stream(present).sum(), weights, present);
    }
}
