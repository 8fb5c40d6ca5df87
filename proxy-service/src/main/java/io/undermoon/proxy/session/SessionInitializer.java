package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.proxy.client.ClientRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;

/** Makes a session of each connection that is accepted, on the event loop that owns the connection. */
@Sharable
public final class SessionInitializer extends ChannelInitializer<Channel> {
    /** Which ports of other proxies the clients of a connection are told; those of proxies without TLS if absent. */
    public static final AttributeKey<ClientPorts> PORTS = AttributeKey.valueOf("clientPorts");

    /** In which role clients of a connection are served; as by a master if absent. */
    public static final AttributeKey<Role> ROLE = AttributeKey.valueOf("clientRole");

    private record Serving(SessionLoop loop, CommandHandler handler) {}

    private final IdentityHashMap<EventLoop, Serving> byLoop = new IdentityHashMap<>();
    private final ClientRegistry clients;
    private final AccessControl access;

    /**
     * @param handlers makes the handler of a loop's commands
     */
    public SessionInitializer(
            List<NodeConnections> loops,
            ClientRegistry clients,
            AccessControl access,
            SessionSettings settings,
            Function<SessionLoop, CommandHandler> handlers) {
        for (NodeConnections connections : loops) {
            SessionLoop sessionLoop = new SessionLoop(connections, clients, settings);
            byLoop.put(connections.loop().eventLoop(), new Serving(sessionLoop, handlers.apply(sessionLoop)));
        }
        this.clients = clients;
        this.access = access;
        ClientSweep.start(loops.get(0).loop().eventLoop(), clients);
    }

    @Override
    protected void initChannel(Channel channel) {
        Serving serving = byLoop.get(channel.eventLoop());
        if (serving == null) {
            throw new IllegalStateException("the connection's event loop serves no clients");
        }
        SessionLoop loop = serving.loop();
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
        Role role = channel.attr(ROLE).get();
        if (role != null) {
            client.role(role);
        }
        ClientSession session = new ClientSession(loop, serving.handler(), channel, client, clients.isFull());
        client.attach(new SessionConnection(session, loop.proxyLoop(), channel));
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
