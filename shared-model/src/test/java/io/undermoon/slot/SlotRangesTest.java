package io.undermoon.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.undermoon.testing.RandomSlots;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The algebra of slot ranges against a set of bits. */
class SlotRangesTest {
    private static final int ROUNDS = 3000;

    @Test
    void every_operation_does_what_it_does_to_sets_of_bits() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RandomSlots slots = new RandomSlots(random);
            List<SlotRange> list = slots.list();
            SlotRanges a = new SlotRanges(list);
            SlotRanges b = slots.ranges();
            String context = "seed " + seed + ": " + a + " and " + b;

            assertThat(bits(a)).as(context).isEqualTo(bits(list));
            assertThat(bits(a.union(b))).as(context).isEqualTo(or(bits(a), bits(b)));
            assertThat(bits(a.minus(b))).as(context).isEqualTo(andNot(bits(a), bits(b)));
            assertThat(a.intersects(b)).as(context).isEqualTo(bits(a).intersects(bits(b)));
            assertThat(a.size()).as(context).isEqualTo(bits(a).cardinality());
            assertThat(a.isEmpty()).as(context).isEqualTo(bits(a).isEmpty());
            assertThat(a.equals(b)).as(context).isEqualTo(bits(a).equals(bits(b)));
            for (SlotRanges result : List.of(a, b, a.union(b), a.minus(b))) {
                assertCompact(result, context);
            }
            BitSet bits = bits(a);
            for (int slot = 0; slot < Slot.COUNT; slot += 1 + random.nextInt(5)) {
                if (a.contains(slot) != bits.get(slot)) {
                    fail(context + ": slot " + slot);
                }
            }
        }
    }

    @Test
    void taking_slots_splits_a_set_at_a_count() {
        for (long seed = 0; seed < ROUNDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SlotRanges all = new RandomSlots(random).ranges();
            int count = random.nextInt(-2, all.size() + 3);
            int expected = Math.max(0, Math.min(count, all.size()));
            String context = "seed " + seed + ": " + count + " of " + all;

            SlotRanges.Split first = all.takeFirst(count);
            assertThat(first.taken().size()).as(context).isEqualTo(expected);
            assertSplit(all, first.taken(), first.rest(), context);
            SlotRanges.Split last = all.takeLast(count);
            assertThat(last.taken().size()).as(context).isEqualTo(expected);
            assertSplit(all, last.rest(), last.taken(), context);
        }
    }

    @Test
    void touching_and_overlapping_ranges_become_one() {
        assertThat(new SlotRanges(List.of(new SlotRange(5, 9), new SlotRange(0, 4), new SlotRange(7, 20))))
                .isEqualTo(SlotRanges.of(0, 20));
        assertThat(new SlotRanges(List.of(new SlotRange(0, 4), new SlotRange(6, 9))).ranges())
                .hasSize(2);
        assertThat(SlotRanges.of(0, 8191).union(SlotRanges.of(8192, 16383))).isEqualTo(SlotRanges.ALL);
        assertThat(SlotRanges.ALL.minus(SlotRanges.ALL)).isEqualTo(SlotRanges.NONE);
    }

    @Test
    void a_range_lies_within_the_slots() {
        assertThatThrownBy(() -> new SlotRange(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SlotRange(5, 16384)).hasMessageContaining("5-16384");
        assertThatThrownBy(() -> new SlotRange(6, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThat(SlotRange.between(6, 5)).isEqualTo(new SlotRange(5, 6));
        assertThat(new SlotRange(5, 5)).hasToString("5-5");
    }

    /** Two parts make the whole, and every slot of the lower part is below every slot of the upper one. */
    private static void assertSplit(SlotRanges all, SlotRanges lower, SlotRanges upper, String context) {
        assertThat(lower.union(upper)).as(context).isEqualTo(all);
        assertThat(lower.intersects(upper)).as(context).isFalse();
        if (!lower.isEmpty() && !upper.isEmpty()) {
            assertThat(bits(lower).length() - 1)
                    .as(context)
                    .isLessThan(bits(upper).nextSetBit(0));
        }
    }

    private static void assertCompact(SlotRanges slots, String context) {
        for (int i = 1; i < slots.ranges().size(); i++) {
            assertThat(slots.ranges().get(i - 1).end() + 1)
                    .as(context)
                    .isLessThan(slots.ranges().get(i).start());
        }
    }

    private static BitSet bits(SlotRanges slots) {
        return bits(slots.ranges());
    }

    private static BitSet bits(List<SlotRange> ranges) {
        BitSet bits = new BitSet();
        for (SlotRange range : ranges) {
            bits.set(range.start(), range.end() + 1);
        }
        return bits;
    }

    private static BitSet or(BitSet a, BitSet b) {
        BitSet result = (BitSet) a.clone();
        result.or(b);
        return result;
    }

    private static BitSet andNot(BitSet a, BitSet b) {
        BitSet result = (BitSet) a.clone();
        result.andNot(b);
        return result;
    }
}
