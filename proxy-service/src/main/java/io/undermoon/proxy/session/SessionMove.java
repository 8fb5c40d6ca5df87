package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;

/**
 * The way of a session from one event loop to another: its channel is registered there, and a new session goes on with
 * the same client and the input that has not been handled. Everything up to the registration happens on the loop that
 * the session leaves.
 */
final class SessionMove {
    private final ClientSession session;
    private final Channel channel;
    private final SessionLoop from;
    private final SessionLoops.Serving to;
    private final Runnable ended;

    /**
     * @param ended is run when the session has arrived, or is closed; on any thread
     */
    SessionMove(ClientSession session, SessionLoops.Serving to, Runnable ended) {
        this.session = session;
        this.channel = session.channel();
        this.from = session.loop();
        this.to = to;
        this.ended = ended;
    }

    void start() {
        from.proxyLoop().execute(this::deregister);
    }

    private void deregister() {
        if (session.isClosed()) {
            ended.run();
            return;
        }
        int events = session.events();
        ChannelFuture left = channel.deregister();
        left.addListener(ignored -> {
            if (session.isClosed()) {
                ended.run();
            } else if (session.events() != events && left.isSuccess()) {
                // Netty may have put the next read off to a task of this loop, which has to be over before the move.
                stay();
            } else {
                register();
            }
        });
    }

    private void stay() {
        ChannelFuture back = from.proxyLoop().eventLoop().register(channel);
        back.addListener(ignored -> {
            if (back.isSuccess()) {
                start();
            } else {
                fail(session.leave());
            }
        });
    }

    private void register() {
        ClientSession.Departure departure = session.leave();
        EventLoop loop = to.loop().proxyLoop().eventLoop();
        ChannelFuture registered = loop.register(channel);
        registered.addListener(ignored -> {
            if (registered.isSuccess()) {
                departure.arrive(to);
                ended.run();
            } else {
                from.proxyLoop().execute(() -> fail(departure));
            }
        });
    }

    /** The client has left meanwhile. */
    private void fail(ClientSession.Departure departure) {
        departure.end();
        channel.close();
        ended.run();
    }
}
