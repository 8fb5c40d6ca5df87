package io.undermoon.proxy.session;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.OutputBatch;
import org.jspecify.annotations.Nullable;

/**
 * The replies a client is owed, in the order of its commands, and the way from there to its output. Owned by the client's
 * loop.
 */
final class ReplyQueue {
    private final OutputBatch output;
    private @Nullable PendingReply head;
    private @Nullable PendingReply tail;
    private int size;

    ReplyQueue(OutputBatch output) {
        this.output = output;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return head == null;
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

    /** What waits behind the last reply that is owed, if something does; more may be appended to it. */
    @Nullable
    ByteBuf keptAtEnd() {
        PendingReply last = tail;
        return last != null && last.done ? last.kept : null;
    }

    /** Takes a part of a reply: passes it on if the reply is the next one, else keeps a copy. */
    void part(PendingReply reply, ByteBuf in, int from, int to) {
        if (reply == head) {
            output.append(in, from, to);
            return;
        }
        ByteBuf kept = reply.kept;
        if (kept == null) {
            kept = in.alloc().buffer(to - from);
            reply.kept = kept;
        }
        kept.writeBytes(in, from, to - from);
    }

    /** The reply is complete: lets it and those behind it that are complete go. */
    void complete(PendingReply reply) {
        reply.done = true;
        while (head != null && head.done) {
            PendingReply first = head;
            advance();
            first.recycle();
        }
    }

    /** Forgets all replies; what still comes in for them is dropped. */
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
            output.append(kept, kept.readerIndex(), kept.writerIndex());
            kept.release();
            following.kept = null;
        }
    }
}
