package io.undermoon.proxy.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;

/**
 * A connection to a backend with TLS. Its handler hears of it when the handshake is done, so that nothing counts as sent before,
 * and of what goes wrong in words for the operator.
 */
final class EncryptedPipeline extends ChannelInitializer<Channel> {
    private final TlsContext tls;
    private final HostPort address;
    private final BackendHandler handler;
    private final int handshakeTimeoutMillis;

    EncryptedPipeline(TlsContext tls, HostPort address, BackendHandler handler, int handshakeTimeoutMillis) {
        this.tls = tls;
        this.address = address;
        this.handler = handler;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    }

    @Override
    protected void initChannel(Channel channel) {
        SslHandler encryption = new SslHandler(tls.clientEngine(address.host(), address.port()));
        encryption.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
        channel.pipeline().addLast(encryption, new Gate(), handler);
    }

    private static final class Gate extends ChannelInboundHandlerAdapter {
        private boolean open;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            // For the handler the connection begins with the end of the handshake.
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    open = true;
                    context.fireChannelActive();
                } else {
                    context.fireExceptionCaught(new TlsFailure(handshake.cause()));
                }
            } else {
                context.fireUserEventTriggered(event);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Before the end of the handshake the event above says the same.
            if (open) {
                context.fireExceptionCaught(new TlsFailure(cause));
            }
        }
    }
}
