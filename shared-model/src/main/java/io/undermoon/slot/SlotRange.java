package io.undermoon.slot;

/**
 * A contiguous range of slots, both ends inclusive.
 *
 * @param start first slot, {@code 0 <= start <= end}
 * @param end last slot, {@code end < 16384}
 */
public record SlotRange(int start, int end) implements Comparable<SlotRange> {
    public SlotRange {
        if (start < 0 || end >= Slot.COUNT || start > end) {
            throw new IllegalArgumentException(
                    "slot range " + start + "-" + end + " is not within 0-" + (Slot.COUNT - 1) + " in ascending order");
        }
    }

    /** A range from ends given in either order, as the control grammar allows. */
    public static SlotRange between(int oneEnd, int otherEnd) {
        return new SlotRange(Math.min(oneEnd, otherEnd), Math.max(oneEnd, otherEnd));
    }

    public int size() {
        return end - start + 1;
    }

    @Override
    public int compareTo(SlotRange other) {
        int byStart = Integer.compare(start, other.start);
        return byStart != 0 ? byStart : Integer.compare(end, other.end);
    }

    /** Always both ends: {@code 5-5}, never {@code 5}. */
    @Override
    public String toString() {
        return start + "-" + end;
    }
}
