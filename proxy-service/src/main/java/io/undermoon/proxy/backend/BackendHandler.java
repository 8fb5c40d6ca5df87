package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.ReplyScanner;
import io.undermoon.proxy.stats.Counter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Netty handler of one channel to a backend: logs in, splits the input into replies and pushes, and closes the
 * channel when a reply is due and nothing arrives in time. Owned by its loop.
 */
final class BackendHandler extends ChannelInboundHandlerAdapter {
    private final BackendConnection connection;
    private final ProxyLoop loop;
    private final ReplyScanner scanner = new ReplyScanner();
    private final boolean hasPushes;

    /** The login while replies to it are due, else null. */
    private @Nullable LoginSequence login;

    /** Whether the input continues a push. */
    private boolean insidePush;

    /** Whether the channel is connected; with TLS, whether the handshake succeeded. */
    private boolean connected;

    private String reason = "closed by the node";
    private long lastProgressNanos;
    private @Nullable ScheduledFuture<?> timeoutCheck;

    BackendHandler(BackendConnection connection) {
        this.connection = connection;
        this.loop = connection.loop;
        this.hasPushes = connection.hasPushes();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connected = true;
        lastProgressNanos = System.nanoTime();
        if (connection.replyTimeoutMillis() != BackendConnection.NO_REPLY_TIMEOUT) {
            long period = Math.max(1, connection.replyTimeoutMillis() / 4);
            timeoutCheck = context.executor()
                    .scheduleWithFixedDelay(() -> checkTimeout(context), period, period, TimeUnit.MILLISECONDS);
        }
        ByteBuf out = context.alloc().buffer();
        LoginSequence made = new LoginSequence(
                connection.endpoint(), connection.protocol(), connection.access(), loop.settings(), out);
        if (made.isDue()) {
            login = made;
            context.writeAndFlush(out, context.voidPromise());
        } else {
            out.release();
            connection.ready(context.channel());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            loop.beginBurst();
            lastProgressNanos = loop.nowNanos();
            loop.stats().add(Counter.BACKEND_BYTES_IN, in.readableBytes());
            read(context, in);
        } catch (ProtocolException e) {
            fail(context, "protocol error in a reply: " + e.getMessage());
        } finally {
            in.release();
        }
    }

    private void read(ChannelHandlerContext context, ByteBuf in) {
        int index = in.readerIndex();
        int end = in.writerIndex();
        while (index < end) {
            LoginSequence current = login;
            if (current != null) {
                index = readLogin(context, current, in, index, end);
                continue;
            }
            if (hasPushes && (insidePush || scanner.isBetweenReplies() && in.getByte(index) == '>')) {
                index = readPush(in, index, end);
                continue;
            }
            ReplyReceiver receiver = connection.current();
            if (receiver == null) {
                fail(context, "the node sent something that answers no command");
                return;
            }
            int next = scanner.scan(in, index, end);
            if (next < 0) {
                receiver.reply(in, index, end, false);
                return;
            }
            connection.answered();
            receiver.reply(in, index, next, true);
            index = next;
        }
    }

    private int readLogin(ChannelHandlerContext context, LoginSequence current, ByteBuf in, int from, int end) {
        int next = scanner.scan(in, from, end);
        int to = next < 0 ? end : next;
        ByteBuf out = context.alloc().buffer();
        String refusal = current.take(in, from, to, next >= 0, out);
        if (out.isReadable()) {
            context.writeAndFlush(out, context.voidPromise());
        } else {
            out.release();
        }
        if (refusal != null) {
            if (current.refusesProtocol()) {
                connection.protocolRefused();
            }
            fail(context, "login refused: " + refusal);
            return end;
        }
        if (!current.isDue()) {
            login = null;
            connection.loggedIn(current.unrestricted());
            connection.ready(context.channel());
        }
        return to;
    }

    private int readPush(ByteBuf in, int from, int end) {
        int next = scanner.scan(in, from, end);
        insidePush = next < 0;
        int to = next < 0 ? end : next;
        ReplyReceiver receiver = connection.pushes();
        if (receiver != null) {
            receiver.reply(in, from, to, next >= 0);
        }
        return to;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            connection.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (timeoutCheck != null) {
            timeoutCheck.cancel(false);
        }
        if (connected) {
            connection.disconnected(reason);
        } else {
            connection.connectFailed(reason);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private void checkTimeout(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (connection.inFlight() == 0 && login == null) {
            lastProgressNanos = now;
        } else if (now - lastProgressNanos > TimeUnit.MILLISECONDS.toNanos(connection.replyTimeoutMillis())) {
            loop.stats().add(Counter.BACKEND_TIMEOUTS, 1);
            fail(context, "no reply within " + connection.replyTimeoutMillis() + " ms");
        }
    }

    private void fail(ChannelHandlerContext context, String why) {
        reason = why;
        context.close();
    }
}
