package io.undermoon.proxy.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;

/**
 * The pipeline of a TLS channel to a backend. The handler sees the channel become active at the end of the handshake,
 * so no command counts as sent before it, and sees TLS errors as {@link TlsFailure}.
 */
final class EncryptedPipeline extends ChannelInitializer<Channel> {
    private final TlsContext tls;
    private final HostPort address;
    private final ChannelHandler handler;
    private final int handshakeTimeoutMillis;

    EncryptedPipeline(TlsContext tls, HostPort address, ChannelHandler handler, int handshakeTimeoutMillis) {
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
            // Fired at the end of the handshake instead.
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
            // A failed handshake is reported by its completion event.
            if (open) {
                context.fireExceptionCaught(new TlsFailure(cause));
            }
        }
    }
}
