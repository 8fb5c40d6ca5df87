package io.undermoon.proxy.backend;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.tls.TlsContext;
import java.net.SocketAddress;
import java.util.function.Consumer;

/** Opens channels to backends: resolves the address, connects within the time limit, installs the handlers. */
final class Connector {
    private Connector() {}

    /** Connects; then calls {@code ready} or {@code connectFailed} on the loop. */
    static void connect(BackendConnection connection) {
        BackendHandler handler = new BackendHandler(connection);
        connect(connection.loop, connection.endpoint(), handler, channel -> {}, connection::connectFailed);
    }

    /**
     * Connects, then calls back on the loop.
     *
     * @param handler of what is sent and received, which with TLS begins after {@code connected}
     */
    static void connect(
            ProxyLoop loop,
            Endpoint endpoint,
            ChannelHandler handler,
            Consumer<Channel> connected,
            Consumer<String> failed) {
        AddressResolver.resolve(endpoint.address())
                .whenComplete((address, problem) -> loop.execute(() -> {
                    if (problem != null) {
                        failed.accept(reason(problem));
                    } else {
                        ChannelFuture done = connect(loop, endpoint, handler, address);
                        done.addListener(ignored -> {
                            if (done.isSuccess()) {
                                connected.accept(done.channel());
                            } else {
                                failed.accept(reason(done.cause()));
                            }
                        });
                    }
                }));
    }

    private static ChannelFuture connect(
            ProxyLoop loop, Endpoint endpoint, ChannelHandler handler, SocketAddress address) {
        BackendSettings settings = loop.settings();
        TlsContext tls = settings.encryption().of(endpoint.kind());
        return new Bootstrap()
                .group(loop.eventLoop())
                .channelFactory(loop.transport()::newSocket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(
                        tls == null
                                ? handler
                                : new EncryptedPipeline(
                                        tls, endpoint.address(), handler, settings.connectTimeoutMillis()))
                .connect(address);
    }

    private static String reason(Throwable problem) {
        return problem.getMessage() == null ? problem.toString() : problem.getMessage();
    }
}
