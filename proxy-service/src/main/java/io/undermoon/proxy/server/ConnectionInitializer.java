package io.undermoon.proxy.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import io.undermoon.proxy.session.SessionInitializer;
import java.util.concurrent.TimeUnit;

/** Keeps count of the connections, adds TLS where it is spoken, and has sessions told when they are idle. */
@Sharable
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ChannelGroup connections;
    private final SessionInitializer sessions;
    private final long idleTimeoutMillis;
    private final ListenPoint point;

    ConnectionInitializer(
            ChannelGroup connections, SessionInitializer sessions, long idleTimeoutMillis, ListenPoint point) {
        this.point = point;
        this.connections = connections;
        this.sessions = sessions;
        this.idleTimeoutMillis = idleTimeoutMillis;
    }

    @Override
    protected void initChannel(Channel channel) {
        connections.add(channel);
        channel.attr(SessionInitializer.PORTS).set(point.ports());
        ListenPoint.Encryption encryption = point.encryption();
        if (encryption != null) {
            channel.pipeline().addLast(new SslHandler(encryption.context().serverEngine(encryption.clients())));
        }
        if (idleTimeoutMillis > 0) {
            channel.pipeline().addLast(new IdleStateHandler(0, 0, idleTimeoutMillis, TimeUnit.MILLISECONDS));
        }
        channel.pipeline().addLast(sessions);
    }
}
