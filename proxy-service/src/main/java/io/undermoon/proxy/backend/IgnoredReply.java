package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;

/** Receives a reply nobody wants: {@code +OK} to {@code MULTI}, {@code +QUEUED} to what stands in a transaction. */
final class IgnoredReply implements ReplyReceiver {
    static final IgnoredReply INSTANCE = new IgnoredReply();

    private IgnoredReply() {}

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        // The reply that follows tells how the whole went.
    }

    @Override
    public void fail(BackendFailure failure) {
        // The receiver that follows is told as well.
    }
}
