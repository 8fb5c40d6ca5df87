package io.undermoon.proxy.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.config.ListenPoint;
import io.undermoon.proxy.session.Drain;
import io.undermoon.proxy.session.SessionInitializer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The listening sockets, all on one event loop that serves no clients: however busy those are that do, connections of
 * coordinators and peers are accepted.
 */
final class ProxyListener {
    private static final Logger LOG = Logger.getLogger(ProxyListener.class);
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    private final Transport transport;
    private final EventLoop loop;
    private final SessionInitializer sessions;
    private final List<Channel> channels = new ArrayList<>();
    private volatile boolean draining;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /**
     * @param sessions makes a session of each connection
     */
    ProxyListener(Transport transport, EventLoop loop, SessionInitializer sessions) {
        this.transport = transport;
        this.loop = loop;
        this.sessions = sessions;
    }

    /**
     * Begins to listen.
     *
     * @param point port 0, which {@link HostPort} does not have, is not supported here; tests pick a free port first
     * @throws IllegalStateException the address cannot be listened on; the message names it
     */
    void listen(ListenPoint point) {
        HostPort address = point.address();
        ConnectionInitializer initializer = new ConnectionInitializer(connections, sessions, point, () -> draining);
        InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
        try {
            channels.add(bind(bootstrap(initializer), socket));
        } catch (IllegalStateException e) {
            close();
            throw point.role() == Role.MASTER
                    ? e
                    : new IllegalStateException(
                            e.getMessage() + "; replica_port or external.replica_port sets another one, or 0 for none",
                            e);
        }
        LOG.infof(
                "Listening: address=%s role=%s tls=%s transport=%s",
                address, point.role().wireName(), point.encryption() != null, transport);
    }

    /** Accepts no more connections. */
    void close() {
        channels.forEach(channel -> channel.close().syncUninterruptibly());
        channels.clear();
    }

    /**
     * Serves no new clients, reads no more commands from connected ones, and disconnects each when its replies have
     * been sent, or at the end of the grace period. Not to be called on an event loop.
     */
    void drain(Duration grace) {
        draining = true;
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(Drain.INSTANCE));
        if (!connections.newCloseFuture().awaitUninterruptibly(grace.toMillis())) {
            LOG.infof("Clients disconnected before their replies came: clients=%d", connections.size());
            connections.close().awaitUninterruptibly(grace.toMillis());
        }
    }

    private ServerBootstrap bootstrap(ConnectionInitializer initializer) {
        return new ServerBootstrap()
                .group(loop, loop)
                .channelFactory(transport::newServerSocket)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(initializer);
    }

    private static Channel bind(ServerBootstrap bootstrap, InetSocketAddress socket) {
        var bound = bootstrap.bind(socket).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "cannot listen on " + socket.getHostString() + ":" + socket.getPort() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }
}
