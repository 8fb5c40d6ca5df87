package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.undermoon.proxy.backend.ProxyLoop;

/**
 * An event loop with what carries out the commands of its sessions.
 *
 * @param handler of all commands on the loop
 */
record Serving(SessionLoop loop, CommandHandler handler) implements Destination {
    @Override
    public ProxyLoop proxyLoop() {
        return loop.proxyLoop();
    }

    @Override
    public void take(Channel channel, Departure departure) {
        ClientSession session =
                new ClientSession(departure.loops(), loop, handler, channel, departure.client(), departure.refusal());
        departure.client().attach(new SessionConnection(session, proxyLoop(), channel));
        channel.pipeline().replace(ClientSession.class, null, session);
        session.goOn(departure);
    }
}
