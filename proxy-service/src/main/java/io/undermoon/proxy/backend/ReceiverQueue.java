package io.undermoon.proxy.backend;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A first-in-first-out queue of receivers in a ring that doubles when it is full. Owned by one loop. */
final class ReceiverQueue {
    private static final int INITIAL_CAPACITY = 64;

    private @Nullable ReplyReceiver[] ring = new ReplyReceiver[INITIAL_CAPACITY];
    private int head;
    private int size;
    private long removed;

    int size() {
        return size;
    }

    /** The number of receivers that were taken so far. */
    long removed() {
        return removed;
    }

    void add(ReplyReceiver receiver) {
        if (size == ring.length) {
            grow();
        }
        ring[head + size++ & ring.length - 1] = receiver;
    }

    @Nullable
    ReplyReceiver peek() {
        return ring[head];
    }

    @Nullable
    ReplyReceiver poll() {
        ReplyReceiver receiver = ring[head];
        if (receiver != null) {
            ring[head] = null;
            head = head + 1 & ring.length - 1;
            size--;
            removed++;
        }
        return receiver;
    }

    private void grow() {
        @Nullable ReplyReceiver[] larger = Arrays.copyOfRange(ring, head, head + ring.length * 2);
        System.arraycopy(ring, 0, larger, ring.length - head, head);
        ring = larger;
        head = 0;
    }
}
