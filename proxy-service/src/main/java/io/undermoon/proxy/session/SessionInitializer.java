package io.undermoon.proxy.session;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.control.Client;
import io.undermoon.proxy.control.ClientPorts;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.stats.Counter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;

/** Makes a session of each connection, on the loop that owns the connection. */
@Sharable
public final class SessionInitializer extends ChannelInitializer<Channel> {
    /** What the clients of a connection are told of the ports of others; those of proxies without TLS if absent. */
    public static final AttributeKey<ClientPorts> PORTS = AttributeKey.valueOf("clientPorts");

    private final IdentityHashMap<EventLoop, Dispatcher> dispatchers = new IdentityHashMap<>();
    private final ClientRegistry clients;
    private final SessionSettings settings;

    public SessionInitializer(List<ProxyLoop> loops, SessionServices services) {
        SubscriptionCounts subscriptions = new SubscriptionCounts();
        for (ProxyLoop loop : loops) {
            dispatchers.put(loop.eventLoop(), new Dispatcher(new SessionLoop(loop), services, subscriptions));
        }
        this.clients = services.clients();
        this.settings = services.settings();
    }

    @Override
    protected void initChannel(Channel channel) {
        Dispatcher dispatcher = dispatchers.get(channel.eventLoop());
        if (dispatcher == null) {
            throw new IllegalStateException("a connection on a loop that serves no clients");
        }
        if (clients.size() >= settings.maxClients()) {
            dispatcher.loop().stats().add(Counter.CONNECTIONS_REJECTED, 1);
            byte[] error = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
            channel.writeAndFlush(Unpooled.wrappedBuffer(error)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        dispatcher.loop().stats().add(Counter.CONNECTIONS_ACCEPTED, 1);
        Client client = new Client(
                clients.nextId(),
                text(channel.remoteAddress()),
                text(channel.localAddress()),
                !settings.passwordRequired(),
                channel::close);
        ClientPorts ports = channel.attr(PORTS).get();
        if (ports != null) {
            client.ports(ports);
        }
        channel.pipeline().addLast(new ClientSession(dispatcher, channel, client));
    }

    private static String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + inet.getPort() : host + ":" + inet.getPort();
        }
        return String.valueOf(address);
    }
}
