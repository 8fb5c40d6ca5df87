package io.undermoon.proxy.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.undermoon.proxy.session.SessionInitializer;
import java.util.concurrent.TimeUnit;

/** Keeps count of the connections and closes idle ones, before they become sessions. */
@Sharable
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ChannelGroup connections;
    private final SessionInitializer sessions;
    private final long idleTimeoutMillis;

    ConnectionInitializer(ChannelGroup connections, SessionInitializer sessions, long idleTimeoutMillis) {
        this.connections = connections;
        this.sessions = sessions;
        this.idleTimeoutMillis = idleTimeoutMillis;
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        if (idleTimeoutMillis > 0) {
            channel.pipeline().addLast(new IdleConnectionCloser(idleTimeoutMillis));
        }
        channel.pipeline().addLast(sessions);
    }

    /** Closes its connection when nothing has been read or written for a while. */
    private static final class IdleConnectionCloser extends IdleStateHandler {
        IdleConnectionCloser(long timeoutMillis) {
            super(0, 0, timeoutMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
            context.close();
        }
    }
}
