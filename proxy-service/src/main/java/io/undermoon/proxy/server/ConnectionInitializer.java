package io.undermoon.proxy.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.session.SessionInitializer;
import java.util.function.BooleanSupplier;

/** Sets up a client's connection: registers it with the listener, adds TLS where the port has it, then the session. */
@Sharable
final class ConnectionInitializer extends ChannelInitializer<Channel> {
    private final ChannelGroup connections;
    private final SessionInitializer sessions;
    private final ListenPoint point;
    private final BooleanSupplier isDraining;

    /**
     * @param isDraining whether new connections are closed at once
     */
    ConnectionInitializer(
            ChannelGroup connections, SessionInitializer sessions, ListenPoint point, BooleanSupplier isDraining) {
        this.isDraining = isDraining;
        this.point = point;
        this.connections = connections;
        this.sessions = sessions;
    }

    @Override
    protected void initChannel(Channel channel) {
        if (isDraining.getAsBoolean()) {
            channel.close();
            return;
        }
        connections.add(channel);
        channel.attr(SessionInitializer.PORTS).set(point.ports());
        channel.attr(SessionInitializer.ROLE).set(point.role());
        ListenPoint.Encryption encryption = point.encryption();
        if (encryption != null) {
            channel.pipeline().addLast(new SslHandler(encryption.context().serverEngine(encryption.clients())));
        }
        channel.pipeline().addLast(sessions);
    }
}
