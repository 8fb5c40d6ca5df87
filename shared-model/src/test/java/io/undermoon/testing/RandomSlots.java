package io.undermoon.testing;

import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random slot ranges; short ones near each other, so that they touch, overlap and reach the ends often. */
public final class RandomSlots {
    private static final int WINDOW = 40;

    private final SplittableRandom random;

    public RandomSlots(SplittableRandom random) {
        this.random = random;
    }

    /** Ranges in any order, which may overlap. */
    public List<SlotRange> list() {
        int base = random.nextInt(3) * (Slot.COUNT - WINDOW) / 2;
        List<SlotRange> ranges = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            ranges.add(SlotRange.between(base + random.nextInt(WINDOW), base + random.nextInt(WINDOW)));
        }
        return ranges;
    }

    public SlotRanges ranges() {
        return new SlotRanges(list());
    }

    /** At least one slot. */
    public SlotRanges someRanges() {
        return ranges().union(SlotRanges.of(random.nextInt(10), 10 + random.nextInt(Slot.COUNT - 10)));
    }
}
