package io.undermoon.proxy.backend;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.undermoon.tls.TlsContext;
import java.net.SocketAddress;

/** Opens the channels of connections: resolves the address, connects within the time limit, installs the handlers. */
final class Connector {
    private Connector() {}

    /** Connects; then calls {@code ready} or {@code connectFailed} on the loop. */
    static void connect(BackendConnection connection) {
        AddressResolver.resolve(connection.endpoint().address())
                .whenComplete((address, problem) -> connection.loop.execute(() -> {
                    if (problem != null) {
                        connection.connectFailed(reason(problem));
                    } else {
                        connect(connection, address);
                    }
                }));
    }

    private static void connect(BackendConnection connection, SocketAddress address) {
        ProxyLoop loop = connection.loop;
        new Bootstrap()
                .group(loop.eventLoop())
                .channelFactory(loop.transport()::newSocket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, loop.settings().connectTimeoutMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(pipeline(connection))
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        connection.connectFailed(reason(done.cause()));
                    }
                });
    }

    private static ChannelHandler pipeline(BackendConnection connection) {
        BackendHandler handler = new BackendHandler(connection);
        BackendSettings settings = connection.loop.settings();
        TlsContext tls = settings.encryption().of(connection.endpoint().kind());
        return tls == null
                ? handler
                : new EncryptedPipeline(tls, connection.endpoint().address(), handler, settings.connectTimeoutMillis());
    }

    private static String reason(Throwable problem) {
        return problem.getMessage() == null ? problem.toString() : problem.getMessage();
    }
}
