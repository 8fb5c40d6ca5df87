package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;

/** A receiver that ignores its reply, such as {@code +OK} to {@code MULTI} or {@code +QUEUED} within a transaction. */
final class IgnoredReply implements ReplyReceiver {
    static final IgnoredReply INSTANCE = new IgnoredReply();

    private IgnoredReply() {}

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        // The reply to a later command tells the result, or no result is needed.
    }

    @Override
    public void fail(BackendFailure failure) {
        // The receiver of a later command fails as well.
    }
}
