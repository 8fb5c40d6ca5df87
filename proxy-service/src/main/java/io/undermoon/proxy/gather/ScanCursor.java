package io.undermoon.proxy.gather;

import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.slot.Slot;

/**
 * The cursor of a {@code SCAN} over the slots of a cluster: all that there is to know of it, so the proxies keep
 * nothing, and any of them can go on where another stopped. Below 2^63, because some clients read cursors as signed
 * numbers, and never 0, which means the beginning or the end.
 *
 * <pre>
 *  62     49 48        39 38 37 36      30 29         0
 * |  slot   | tag, high  | 1 1 | tag, low |  position  |
 * </pre>
 *
 * <p>The two ones tell cursors of this form from those of a former one, which had the number 0 or 1 of a proxy's node
 * in bits 36 to 38.
 *
 * @param slot the first slot whose keys have not all been returned
 * @param tag of the run of slots and the node that the position belongs to, see {@link ScanStep}
 * @param position the node's own cursor; Redis has them below the size of its hash table
 */
record ScanCursor(int slot, int tag, long position) {
    static final int TAG_BITS = 17;
    static final int POSITION_BITS = 30;
    private static final int LOW_TAG_BITS = 7;
    private static final int HIGH_TAG_BITS = TAG_BITS - LOW_TAG_BITS;
    private static final int MARK = 0b11;
    private static final int MARK_SHIFT = POSITION_BITS + LOW_TAG_BITS;
    private static final int HIGH_TAG_SHIFT = MARK_SHIFT + 2;
    private static final int SLOT_SHIFT = HIGH_TAG_SHIFT + HIGH_TAG_BITS;

    /** The beginning of a scan. */
    static final ScanCursor BEGIN = startingAt(0);

    ScanCursor {
        if (slot < 0 || slot >= Slot.COUNT || tag < 0 || tag >>> TAG_BITS != 0) {
            throw new IllegalArgumentException("no slot or no tag: " + slot + ", " + tag);
        }
        if (position < 0 || position >>> POSITION_BITS != 0) {
            throw new ProtocolException(
                    "SCAN cannot go on: the node's cursor " + position + " is not below 2^" + POSITION_BITS);
        }
    }

    /** A cursor before the first key of a slot. */
    static ScanCursor startingAt(int slot) {
        return new ScanCursor(slot, 0, 0);
    }

    /**
     * The cursor that a client sent.
     *
     * @throws ProtocolException if it is none of this form
     */
    static ScanCursor decode(long cursor) {
        if (cursor == 0) {
            return BEGIN;
        }
        if (cursor < 0 || (cursor >>> MARK_SHIFT & MARK) != MARK) {
            throw new ProtocolException("invalid cursor");
        }
        int high = (int) (cursor >>> HIGH_TAG_SHIFT) & (1 << HIGH_TAG_BITS) - 1;
        int low = (int) (cursor >>> POSITION_BITS) & (1 << LOW_TAG_BITS) - 1;
        return new ScanCursor(
                (int) (cursor >>> SLOT_SHIFT), high << LOW_TAG_BITS | low, cursor & (1L << POSITION_BITS) - 1);
    }

    long encode() {
        long high = tag >>> LOW_TAG_BITS;
        long low = tag & (1 << LOW_TAG_BITS) - 1;
        return (long) slot << SLOT_SHIFT
                | high << HIGH_TAG_SHIFT
                | (long) MARK << MARK_SHIFT
                | low << POSITION_BITS
                | position;
    }
}
