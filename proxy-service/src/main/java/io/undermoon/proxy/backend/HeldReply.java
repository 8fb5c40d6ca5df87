package io.undermoon.proxy.backend;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The reply to a write that its client gets only when replicas have the write, see {@link ReplicaAcks}. Owned by the
 * loop.
 */
final class HeldReply implements ReplyReceiver {
    private final ReplicaAcks.Node node;
    private final ReplyReceiver receiver;

    /** What has arrived of the reply. */
    private @Nullable ByteBuf held;

    private boolean ended;

    HeldReply(ReplicaAcks.Node node, ReplyReceiver receiver) {
        this.node = node;
        this.receiver = receiver;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        ByteBuf kept = held == null ? node.allocator().buffer(to - from) : held;
        held = kept;
        kept.writeBytes(in, from, to - from);
        if (last) {
            node.executed(this);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        end();
        if (held != null) {
            held.release();
            held = null;
        }
        receiver.fail(failure);
    }

    boolean hasEnded() {
        return ended;
    }

    /** Replicas have the write. */
    void acknowledged() {
        pass(requireNonNull(held, "a reply is acknowledged once, and after it has arrived"));
    }

    /** Answers with an error in the place of the reply, unless that is an error itself. */
    void refused(String error) {
        ByteBuf kept = requireNonNull(held, "a reply is refused once, and after it has arrived");
        if (kept.getByte(kept.readerIndex()) != '-') {
            kept.clear().writeCharSequence("-" + error + "\r\n", StandardCharsets.UTF_8);
        }
        pass(kept);
    }

    private void end() {
        ended = true;
        node.ended();
    }

    private void pass(ByteBuf kept) {
        end();
        held = null;
        try {
            receiver.reply(kept, kept.readerIndex(), kept.writerIndex(), true);
        } finally {
            kept.release();
        }
    }
}
