package io.undermoon.proxy.pubsub;

import io.netty.buffer.ByteBuf;

/** Who wants messages. Called on the loop of the hub. */
public interface Subscriber {
    /** A message, as the array of RESP2. The bytes are valid during the call only. */
    void message(ByteBuf in, int from, int to);

    /** The subscription is over without having been asked to: the channel is no longer served here. */
    void ended(ChannelName name);
}
