package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.undermoon.proxy.route.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A {@code PING} on a connection of its own, to tell a node that is slow or busy from one that is gone, when a reply is
 * overdue on another connection. It does not log in, because every reply shows that the node works: an error about a
 * missing login too. For one answer; owned by its loop.
 */
final class NodeProbe extends ChannelInboundHandlerAdapter {
    /** What a probe found. */
    enum Outcome {
        /** No TCP connection is possible. */
        UNREACHABLE,
        /** The system accepts a connection for the node, which says nothing: it executes a command, or hangs. */
        SILENT,
        /** A script or function of the node has been running for longer than {@code busy-reply-threshold}. */
        BUSY,
        /** The node replies. */
        ANSWERS
    }

    /**
     * The answer.
     *
     * @param text the reason why the node is unreachable, or its error reply, without the leading {@code -}
     */
    record Answer(Outcome outcome, String text) {}

    private static final int MAX_REPLY_BYTES = 512;
    private static final long WAIT_MILLIS = 1000;

    private final ProxyLoop loop;
    private final Consumer<Answer> whenKnown;
    private final StringBuilder reply = new StringBuilder();
    private boolean isKnown;

    private NodeProbe(ProxyLoop loop, Consumer<Answer> whenKnown) {
        this.loop = loop;
        this.whenKnown = whenKnown;
    }

    /** Asks a node; the answer comes on the loop, after the limits of a connect and a reply at the latest. */
    static void ask(ProxyLoop loop, Endpoint endpoint, Consumer<Answer> whenKnown) {
        NodeProbe probe = new NodeProbe(loop, whenKnown);
        Connector.connect(loop, endpoint, probe, probe::connected, probe::connectFailed);
    }

    /** The node has a second for TLS and its reply. */
    private void connected(Channel channel) {
        loop.eventLoop().schedule(() -> channel.close(), WAIT_MILLIS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> known(new Answer(Outcome.SILENT, "")));
    }

    private void connectFailed(String reason) {
        known(new Answer(Outcome.UNREACHABLE, reason));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush(ByteBufUtil.writeAscii(context.alloc(), "PING\r\n"), context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        reply.append(in.toString(StandardCharsets.UTF_8));
        in.release();
        int end = reply.indexOf("\r\n");
        if (end >= 0 || reply.length() > MAX_REPLY_BYTES) {
            String line = reply.substring(0, end >= 0 ? end : MAX_REPLY_BYTES);
            boolean isBusy = line.startsWith("-BUSY ");
            known(new Answer(isBusy ? Outcome.BUSY : Outcome.ANSWERS, isBusy ? line.substring(1) : ""));
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private void known(Answer answer) {
        if (!isKnown) {
            isKnown = true;
            whenKnown.accept(answer);
        }
    }
}
