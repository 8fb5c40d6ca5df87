package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.undermoon.proxy.backend.ProxyLoop;

/** A session that can go to another event loop. Owned by the loop that it is on. */
interface Movable {
    Channel channel();

    ProxyLoop proxyLoop();

    /** Whether the connection is closed, or goes on elsewhere. */
    boolean isClosed();

    /** The number of events of the channel so far. */
    int events();

    /** Ends the session on this loop without closing the connection. */
    Departure leave();
}
