package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.OutputBatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The pending replies of a client in the order of its commands; passes them to its output. Owned by the client's loop.
 */
final class ReplyQueue {
    private final OutputBatch output;
    private @Nullable PendingReply head;
    private @Nullable PendingReply tail;
    private int size;

    /** Size of the replies that have arrived before their turn. */
    private long keptBytes;

    ReplyQueue(OutputBatch output) {
        this.output = output;
    }

    int size() {
        return size;
    }

    long keptBytes() {
        return keptBytes;
    }

    boolean isEmpty() {
        return head == null;
    }

    /** Whether a part of the next reply has gone out. */
    boolean hasBegun() {
        return head != null && head.begun;
    }

    void add(PendingReply reply) {
        PendingReply last = tail;
        if (last == null) {
            head = reply;
        } else {
            last.next = reply;
        }
        tail = reply;
        size++;
    }

    /**
     * Puts a message that answers no command behind all pending replies.
     *
     * @param place makes a place for it, unless it can join the last one
     */
    void push(ByteBuf in, int from, int to, Supplier<PendingReply> place) {
        PendingReply last = tail;
        ByteBuf kept = last != null && last.done ? last.kept : null;
        if (last == null || kept == null) {
            last = place.get();
            last.done = true;
            add(last);
        }
        last.kept = append(kept, in, from, to);
        last.pushedBytes += to - from;
    }

    /** Passes a part of a reply on if the reply is the next one, else keeps a copy. */
    void part(PendingReply reply, ByteBuf in, int from, int to) {
        if (reply.silent) {
            return;
        }
        if (reply == head) {
            output.append(in, from, to);
            return;
        }
        reply.kept = append(reply.kept, in, from, to);
        reply.keptBytes += to - from;
        keptBytes += to - from;
    }

    private static ByteBuf append(@Nullable ByteBuf kept, ByteBuf in, int from, int to) {
        ByteBuf grown = kept == null
                ? in.alloc().directBuffer(to - from)
                : GrowingBuffer.withRoom(in.alloc(), kept, to - from, 0);
        return grown.writeBytes(in, from, to - from);
    }

    /** The reply is complete: passes on the complete replies behind it, as far as it is their turn. */
    void complete(PendingReply reply) {
        reply.done = true;
        while (head != null && head.done) {
            PendingReply first = head;
            advance();
            first.recycle();
        }
    }

    /** Forgets all replies; what still arrives for them is dropped. */
    void abandon() {
        PendingReply reply = head;
        while (reply != null) {
            PendingReply following = reply.next;
            if (reply.done) {
                reply.recycle();
            } else {
                reply.orphan();
            }
            reply = following;
        }
        head = null;
        tail = null;
        size = 0;
        keptBytes = 0;
    }

    private void advance() {
        PendingReply first = head;
        if (first == null) {
            return;
        }
        PendingReply following = first.next;
        head = following;
        size--;
        if (following == null) {
            tail = null;
        } else if (following.kept != null) {
            ByteBuf kept = following.kept;
            keptBytes -= following.keptBytes;
            following.keptBytes = 0;
            output.append(kept, kept.readerIndex(), kept.writerIndex());
            kept.release();
            following.kept = null;
        }
    }
}
