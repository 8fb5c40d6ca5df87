package io.undermoon.proxy.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.undermoon.proxy.session.SessionInitializer;

/** Keeps count of the connections. */
@Sharable
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ChannelGroup connections;
    private final SessionInitializer sessions;

    ConnectionInitializer(ChannelGroup connections, SessionInitializer sessions) {
        this.connections = connections;
        this.sessions = sessions;
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        channel.pipeline().addLast(sessions);
    }
}
