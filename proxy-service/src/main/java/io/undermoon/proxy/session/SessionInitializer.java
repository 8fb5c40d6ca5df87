package io.undermoon.proxy.session;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.control.Client;
import io.undermoon.proxy.control.ClientPorts;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.pubsub.SubscriptionCounts;
import io.undermoon.proxy.stats.Counter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Makes a session of each connection, on the loop that owns the connection. */
@Sharable
public final class SessionInitializer extends ChannelInitializer<Channel> {
    /** What the clients of a connection are told of the ports of others; those of proxies without TLS if absent. */
    public static final AttributeKey<ClientPorts> PORTS = AttributeKey.valueOf("clientPorts");

    private final IdentityHashMap<EventLoop, Dispatcher> dispatchers = new IdentityHashMap<>();
    private final List<BlockedClients> blocked = new ArrayList<>();
    private final ClientRegistry clients;
    private final AccessControl access;
    private final SessionSettings settings;

    public SessionInitializer(List<NodeConnections> loops, SessionServices services) {
        SubscriptionCounts subscriptions = new SubscriptionCounts();
        for (NodeConnections connections : loops) {
            ProxyLoop loop = connections.loop();
            SessionLoop sessionLoop = new SessionLoop(connections);
            dispatchers.put(loop.eventLoop(), new Dispatcher(sessionLoop, services, subscriptions));
            blocked.add(sessionLoop.blocked());
            services.topology().onChange(next -> loop.execute(() -> sessionLoop.follow(next)));
        }
        this.clients = services.clients();
        this.access = services.guard().access();
        ClientSweep.start(loops.get(0).loop().eventLoop(), clients);
        this.settings = services.settings();
    }

    /** Unblocks, on all loops, the clients that wait for certain slots: see {@link BlockedClients#unblock}. */
    public CompletionStage<@Nullable Void> unblock(IntPredicate slots) {
        return CompletableFuture.allOf(blocked.stream()
                .map(clientsOfLoop -> clientsOfLoop.unblock(slots).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    protected void initChannel(Channel channel) {
        Dispatcher dispatcher = dispatchers.get(channel.eventLoop());
        if (dispatcher == null) {
            throw new IllegalStateException("a connection on a loop that serves no clients");
        }
        if (clients.size() >= clients.limits().maxClients()) {
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
                access.defaultAccount(),
                access.isOpen());
        ClientPorts ports = channel.attr(PORTS).get();
        if (ports != null) {
            client.ports(ports);
        }
        ClientSession session = new ClientSession(dispatcher, channel, client);
        client.attach(new SessionConnection(session, dispatcher.loop().proxyLoop(), channel));
        channel.pipeline().addLast(session);
    }

    private static String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + inet.getPort() : host + ":" + inet.getPort();
        }
        return String.valueOf(address);
    }
}
