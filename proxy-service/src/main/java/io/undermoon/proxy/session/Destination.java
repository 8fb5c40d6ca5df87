package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.undermoon.proxy.backend.ProxyLoop;

/** An event loop that takes over sessions of others. */
interface Destination {
    ProxyLoop proxyLoop();

    /** Goes on with a session; called on the loop, with which the channel is registered by now. */
    void take(Channel channel, Departure departure);
}
