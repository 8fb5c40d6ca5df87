package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;

/** Receives the messages of subscriptions, on the loop of the hub. */
interface Subscriber {
    /** A message, as the array of RESP2. The bytes are valid during the call only. */
    void message(ByteBuf in, int from, int to);

    /** The hub has ended the subscription, because the channel is no longer served here. */
    void ended(ChannelName name);
}
