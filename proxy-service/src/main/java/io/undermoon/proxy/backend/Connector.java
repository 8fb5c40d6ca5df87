package io.undermoon.proxy.backend;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.undermoon.tls.TlsContext;
import java.net.SocketAddress;

/** Makes the connections of a loop: resolves the endpoint's address, connects within the time limit, installs the handlers. */
final class Connector {
    private Connector() {}

    /** Connects; the owner hears of the outcome on the loop, by {@code ready} or by {@code connectFailed}. */
    static void connect(ProxyLoop loop, HandlerOwner owner) {
        AddressResolver.resolve(owner.endpoint().address())
                .whenComplete((address, problem) -> loop.execute(() -> {
                    if (problem != null) {
                        owner.connectFailed(reason(problem));
                    } else {
                        connect(loop, owner, address);
                    }
                }));
    }

    private static void connect(ProxyLoop loop, HandlerOwner owner, SocketAddress address) {
        new Bootstrap()
                .group(loop.eventLoop())
                .channelFactory(loop.transport()::newSocket)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, loop.settings().connectTimeoutMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(pipeline(loop, owner))
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        owner.connectFailed(reason(done.cause()));
                    }
                });
    }

    private static ChannelHandler pipeline(ProxyLoop loop, HandlerOwner owner) {
        BackendHandler handler = new BackendHandler(owner, loop);
        TlsContext tls = loop.settings().encryption().of(owner.endpoint().kind());
        return tls == null
                ? handler
                : new EncryptedPipeline(
                        tls,
                        owner.endpoint().address(),
                        handler,
                        loop.settings().connectTimeoutMillis());
    }

    private static String reason(Throwable problem) {
        return problem.getMessage() == null ? problem.toString() : problem.getMessage();
    }
}
