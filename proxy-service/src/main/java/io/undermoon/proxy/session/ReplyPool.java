package io.undermoon.proxy.session;

import java.util.ArrayDeque;

/** The unused {@link PendingReply} instances of a loop. Owned by the loop. */
final class ReplyPool {
    private static final int MAX_KEPT = 16 * 1024;

    private final ArrayDeque<PendingReply> unused = new ArrayDeque<>();

    PendingReply take() {
        PendingReply reply = unused.pollLast();
        return reply == null ? new PendingReply(this) : reply;
    }

    void put(PendingReply reply) {
        if (unused.size() < MAX_KEPT) {
            unused.addLast(reply);
        }
    }
}
