package io.undermoon.slot;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A set of slots as a sorted list of ranges that neither overlap nor touch.
 *
 * <p>The constructor brings any list of ranges into that form, so two values are equal exactly when they hold the same
 * slots; migrations are matched by this equality.
 */
public record SlotRanges(List<SlotRange> ranges) {
    public static final SlotRanges NONE = new SlotRanges(List.of());
    public static final SlotRanges ALL = of(0, Slot.COUNT - 1);

    public SlotRanges {
        ranges = compact(ranges);
    }

    /** The result of {@link #takeFirst} and {@link #takeLast}: the slots taken and those left. */
    public record Split(SlotRanges taken, SlotRanges rest) {}

    public static SlotRanges of(int start, int end) {
        return new SlotRanges(List.of(new SlotRange(start, end)));
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** The number of slots in the set. */
    public int size() {
        int size = 0;
        for (SlotRange range : ranges) {
            size += range.size();
        }
        return size;
    }

    public boolean contains(int slot) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            SlotRange range = ranges.get(middle);
            if (slot < range.start()) {
                high = middle - 1;
            } else if (slot > range.end()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** The slots in this set, in the other, or in both. */
    public SlotRanges union(SlotRanges other) {
        List<SlotRange> all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        return new SlotRanges(all);
    }

    /** The slots in this set that are not in the other. */
    public SlotRanges minus(SlotRanges other) {
        List<SlotRange> left = new ArrayList<>();
        for (SlotRange range : ranges) {
            int start = range.start();
            for (SlotRange hole : other.ranges) {
                if (hole.end() < start || hole.start() > range.end()) {
                    continue;
                }
                if (hole.start() > start) {
                    left.add(new SlotRange(start, hole.start() - 1));
                }
                start = hole.end() + 1;
            }
            if (start <= range.end()) {
                left.add(new SlotRange(start, range.end()));
            }
        }
        return new SlotRanges(left);
    }

    public boolean intersects(SlotRanges other) {
        return minus(other).size() != size();
    }

    /** Takes the {@code count} lowest slots, all of them when there are not so many. */
    public Split takeFirst(int count) {
        List<SlotRange> taken = new ArrayList<>();
        List<SlotRange> rest = new ArrayList<>();
        int wanted = count;
        for (SlotRange range : ranges) {
            if (wanted <= 0) {
                rest.add(range);
            } else if (range.size() <= wanted) {
                taken.add(range);
                wanted -= range.size();
            } else {
                taken.add(new SlotRange(range.start(), range.start() + wanted - 1));
                rest.add(new SlotRange(range.start() + wanted, range.end()));
                wanted = 0;
            }
        }
        return new Split(new SlotRanges(taken), new SlotRanges(rest));
    }

    /** Takes the {@code count} highest slots, all of them when there are not so many. */
    public Split takeLast(int count) {
        Split split = takeFirst(Math.max(0, size() - count));
        return new Split(/* taken= */ split.rest(), /* rest= */ split.taken());
    }

    /** {@code 0-100,300-300}; {@code none} for the empty set. */
    @Override
    public String toString() {
        return ranges.isEmpty()
                ? "none"
                : ranges.stream().map(SlotRange::toString).collect(Collectors.joining(","));
    }

    private static List<SlotRange> compact(List<SlotRange> ranges) {
        List<SlotRange> sorted = new ArrayList<>(ranges);
        Collections.sort(sorted);
        List<SlotRange> compacted = new ArrayList<>(sorted.size());
        for (SlotRange range : sorted) {
            int last = compacted.size() - 1;
            if (last >= 0 && compacted.get(last).end() + 1 >= range.start()) {
                SlotRange before = compacted.get(last);
                compacted.set(last, new SlotRange(before.start(), Math.max(before.end(), range.end())));
            } else {
                compacted.add(range);
            }
        }
        return List.copyOf(compacted);
    }
}
