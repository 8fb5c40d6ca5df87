package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespWriter;

/**
 * Receives the reply to {@code PUBLISH} and tells the client how many clients of this proxy got the message. The number
 * in the node's reply counts the connections of proxies, which share one for all clients of a loop. Errors are passed
 * on as they are. Owned by a loop.
 */
final class PublishReply implements ReplyReceiver {
    private final SubscriptionCounts counts;
    private final ChannelName channel;
    private final ReplyReceiver client;
    private boolean begun;
    private boolean isError;

    PublishReply(SubscriptionCounts counts, ChannelName channel, ReplyReceiver client) {
        this.counts = counts;
        this.channel = channel;
        this.client = client;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (!begun) {
            begun = true;
            isError = in.getByte(from) != ':';
        }
        if (isError) {
            client.reply(in, from, to, last);
        } else if (last) {
            ByteBuf out = Unpooled.buffer(16);
            RespWriter.integer(out, counts.receivers(channel));
            client.reply(out, 0, out.writerIndex(), true);
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        client.fail(failure);
    }
}
