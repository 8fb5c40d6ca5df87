package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.undermoon.proxy.backend.ProxyLoop;

/**
 * The way of a session from one event loop to another: its channel is registered there, and a new session goes on with
 * the same client and the input that has not been handled. Everything up to the registration happens on the loop that
 * the session leaves.
 */
final class SessionMove {
    private final Movable session;
    private final Channel channel;
    private final ProxyLoop from;
    private final Destination to;
    private final Runnable ended;

    /**
     * @param ended is run when the session has arrived, or is closed; on any thread
     */
    SessionMove(Movable session, Destination to, Runnable ended) {
        this.session = session;
        this.channel = session.channel();
        this.from = session.proxyLoop();
        this.to = to;
        this.ended = ended;
    }

    void start() {
        from.execute(this::deregister);
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
        ChannelFuture back = from.eventLoop().register(channel);
        back.addListener(ignored -> {
            if (back.isSuccess()) {
                start();
            } else {
                fail(session.leave());
            }
        });
    }

    private void register() {
        Departure departure = session.leave();
        EventLoop loop = to.proxyLoop().eventLoop();
        ChannelPromise registered = new DefaultChannelPromise(channel, loop);
        // Before the registration, so that nothing is read until the other loop has taken over.
        registered.addListener(ignored -> {
            if (registered.isSuccess()) {
                arrive(departure);
            } else {
                from.execute(() -> fail(departure));
            }
        });
        loop.register(registered);
    }

    /** What fails here is an exception of the channel, as what fails while it is read. The move is over in any case. */
    private void arrive(Departure departure) {
        try {
            to.take(channel, departure);
        } catch (RuntimeException e) {
            channel.pipeline().fireExceptionCaught(e);
        } finally {
            ended.run();
        }
    }

    /** The client has left meanwhile. */
    private void fail(Departure departure) {
        departure.input().release();
        departure.end().run();
        channel.close();
        ended.run();
    }
}
