package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.ReplyScanner;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of a {@link BackendConnection}: logs in, cuts what arrives into replies, and gives up when commands are
 * in flight and nothing arrives. Owned by its loop.
 */
final class BackendHandler extends ChannelInboundHandlerAdapter {
    private final BackendConnection connection;
    private final ProxyLoop loop;
    private final ReplyScanner scanner = new ReplyScanner();

    /** Whether the reply to {@code AUTH} is still to come; no command is sent before it is there. */
    private boolean loggingIn;

    private String reason = "closed by the node";
    private final StringBuilder loginReply = new StringBuilder();
    private long lastProgressNanos;
    private @Nullable ScheduledFuture<?> timeoutCheck;

    BackendHandler(BackendConnection connection, ProxyLoop loop) {
        this.connection = connection;
        this.loop = loop;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        long period = Math.max(1, loop.settings().replyTimeoutMillis() / 4);
        lastProgressNanos = System.nanoTime();
        timeoutCheck = context.executor()
                .scheduleWithFixedDelay(() -> checkTimeout(context), period, period, TimeUnit.MILLISECONDS);
        BackendSettings.Login login = connection.endpoint().kind() == Endpoint.Kind.PEER
                ? loop.settings().peers()
                : loop.settings().redis();
        if (login.password() == null) {
            connection.ready(context.channel());
        } else {
            loggingIn = true;
            context.writeAndFlush(authCommand(context, login.user(), login.password()), context.voidPromise());
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
            if (loggingIn) {
                index = readLogin(context, in, index, end);
                continue;
            }
            ReplyReceiver receiver = connection.current();
            if (receiver == null) {
                fail(context, "the node sent something nobody asked for");
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

    private int readLogin(ChannelHandlerContext context, ByteBuf in, int from, int end) {
        int next = scanner.scan(in, from, end);
        int to = next < 0 ? end : next;
        loginReply.append(in.toString(from, to - from, StandardCharsets.UTF_8));
        if (next >= 0) {
            loggingIn = false;
            if (scanner.firstType() == '-') {
                fail(context, "login refused: " + loginReply.toString().trim());
                return end;
            }
            connection.ready(context.channel());
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
        connection.disconnected(reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private void checkTimeout(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (connection.inFlight() == 0 && !loggingIn) {
            lastProgressNanos = now;
        } else if (now - lastProgressNanos
                > TimeUnit.MILLISECONDS.toNanos(loop.settings().replyTimeoutMillis())) {
            loop.stats().add(Counter.BACKEND_TIMEOUTS, 1);
            fail(context, "no reply within " + loop.settings().replyTimeoutMillis() + " ms");
        }
    }

    private void fail(ChannelHandlerContext context, String why) {
        reason = why;
        context.close();
    }

    private static ByteBuf authCommand(ChannelHandlerContext context, @Nullable String user, String password) {
        ByteBuf out = context.alloc().buffer();
        out.writeCharSequence(
                user == null ? "*2\r\n$4\r\nAUTH\r\n" : "*3\r\n$4\r\nAUTH\r\n", StandardCharsets.US_ASCII);
        if (user != null) {
            writeBulk(out, user);
        }
        writeBulk(out, password);
        return out;
    }

    private static void writeBulk(ByteBuf out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeCharSequence("$" + bytes.length + "\r\n", StandardCharsets.US_ASCII);
        out.writeBytes(bytes).writeByte('\r').writeByte('\n');
    }
}
