package io.undermoon.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.util.AttributeKey;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.proxy.client.ClientRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Function;

/** Makes a session of each connection that is accepted, on the event loop that accepts them. */
@Sharable
public final class SessionInitializer extends ChannelInitializer<Channel> {
    /** Which ports of other proxies the clients of a connection are told; those of proxies without TLS if absent. */
    public static final AttributeKey<ClientPorts> PORTS = AttributeKey.valueOf("clientPorts");

    /** In which role clients of a connection are served; as by a master if absent. */
    public static final AttributeKey<Role> ROLE = AttributeKey.valueOf("clientRole");

    private final Serving serving;
    private final SessionLoops loops;
    private final ClientRegistry clients;
    private final AccessControl access;

    /**
     * @param loops on which sessions live; channels are to be registered with the acceptor's
     * @param handlers makes the handler of a loop's commands
     */
    public SessionInitializer(
            SessionLoops.Connections loops,
            ClientRegistry clients,
            AccessControl access,
            SessionSettings settings,
            Function<SessionLoop, CommandHandler> handlers) {
        Function<SessionLoop, Serving> serve = loop -> new Serving(loop, handlers.apply(loop));
        SessionLoop acceptor = new SessionLoop(loops.acceptor(), clients, settings, false);
        this.serving = serve.apply(acceptor);
        this.loops = new SessionLoops(
                acceptor.proxyLoop(),
                serve.apply(new SessionLoop(loops.control(), clients, settings, false)),
                loops.clients().stream()
                        .map(each -> serve.apply(new SessionLoop(each, clients, settings, true)))
                        .toList());
        this.clients = clients;
        this.access = access;
        ClientSweep.start(acceptor.proxyLoop().eventLoop(), clients);
    }

    @Override
    protected void initChannel(Channel channel) {
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
        ClientSession session = new ClientSession(
                loops,
                serving.loop(),
                serving.handler(),
                channel,
                client,
                clients.refusal(client.account(), client.authenticated()));
        client.attach(new SessionConnection(session, serving.proxyLoop(), channel));
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
