package io.undermoon.broker.plan;

import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;

/** The even distribution of all slots: every shard has the same number, the first ones one more when it does not divide. */
final class SlotShare {
    private SlotShare() {}

    /** How many slots a shard has when {@code shards} of them share all slots. */
    static int of(int shard, int shards) {
        return Slot.COUNT / shards + (shard < Slot.COUNT % shards ? 1 : 0);
    }

    /** One contiguous block for each shard, in order. */
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
}
