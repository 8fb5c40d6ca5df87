package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.proxy.frame.ReplyScanner;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The Netty handler of one channel to a backend: logs in, splits the input into replies and pushes, and closes the
 * channel when a reply is due and nothing arrives in time. Owned by its loop.
 *
 * <p>In time means: within the reply timeout, unless the connection is {@linkplain BackendConnection#isPatient patient}
 * and a {@link NodeProbe} finds the node alive.
 *
 * <ul>
 *   <li>No TCP connection is possible: the channel is closed.
 *   <li>The node is busy with a script: the channel stays open until the script ends.
 *   <li>The node is silent: it may execute a slow command, and has the silence timeout to end it.
 *   <li>A Redis node answers the probe, but not this channel: the reply is lost, and the channel is closed after
 *       another reply timeout. A peer answers while its nodes do not, and has the silence timeout and a reply timeout.
 * </ul>
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

    /** Whether the connection goes on without this channel. */
    private boolean hasLeft;

    private String reason = "closed by the node";
    private long lastProgressNanos;

    /** When a probe was first answered since the last progress; 0 for never. */
    private long answeringSinceNanos;

    /** Whether a probe has found out something since the last progress. */
    private boolean probed;

    private boolean probing;
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
                connection.endpoint(),
                connection.protocol(),
                connection.access(),
                loop.settings(),
                loop.runs(),
                connection.roleAtConnect(),
                out);
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
            if (hasLeft || connection.endUnlessAnswering()) {
                return;
            }
            lastProgressNanos = loop.nowNanos();
            if (probed) {
                forgetProbes();
            }
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
            if (current.isWithheld()) {
                connection.runWithheld();
            }
            fail(context, "login refused: " + refusal);
            return end;
        }
        if (current.isWithheld()) {
            context.executor()
                    .schedule(() -> askRun(context, current), LoginSequence.RUN_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } else if (!current.isDue()) {
            login = null;
            connection.loggedIn(current.unrestricted());
            connection.ready(context.channel());
        }
        return to;
    }

    private void askRun(ChannelHandlerContext context, LoginSequence current) {
        if (context.channel().isActive()) {
            ByteBuf out = context.alloc().buffer();
            current.askRun(out);
            context.writeAndFlush(out, context.voidPromise());
        }
    }

    /** The connection goes on without this channel, which is being closed. */
    void leave() {
        hasLeft = true;
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
        if (hasLeft) {
            return;
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
        } else if (millis(now - lastProgressNanos) > connection.replyTimeoutMillis()) {
            if (login != null || !connection.isPatient()) {
                timeOut(context, "no reply within " + connection.replyTimeoutMillis() + " ms");
            } else if (!probing) {
                probe(context, now);
            }
        }
    }

    private void probe(ChannelHandlerContext context, long now) {
        probing = true;
        NodeProbe.ask(loop, connection.endpoint(), answer -> {
            probing = false;
            if (context.channel().isActive() && !hasProgressSince(now)) {
                judge(context, answer);
            }
        });
    }

    private boolean hasProgressSince(long nanos) {
        return connection.inFlight() == 0 || lastProgressNanos - nanos > 0;
    }

    /** Only a probe decides: a late look at the clock, after a pause of this process, says nothing about the node. */
    private void judge(ChannelHandlerContext context, NodeProbe.Answer answer) {
        long now = System.nanoTime();
        long replyMillis = connection.replyTimeoutMillis();
        long silenceMillis = Math.max(replyMillis, loop.settings().silenceTimeoutMillis());
        boolean isPeer = connection.endpoint().kind() == Endpoint.Kind.PEER;
        probed = true;
        connection.busy(answer.outcome() == NodeProbe.Outcome.BUSY ? answer.text() : null);
        switch (answer.outcome()) {
            case UNREACHABLE ->
                timeOut(
                        context,
                        "no reply within " + replyMillis + " ms, and it cannot be connected to: " + answer.text());
            case BUSY -> lastProgressNanos = now;
            case SILENT -> {
                answeringSinceNanos = 0;
                timeOutAfter(context, silenceMillis, now);
            }
            case ANSWERS -> {
                if (isPeer) {
                    timeOutAfter(context, silenceMillis + replyMillis, now);
                } else if (answeringSinceNanos == 0) {
                    answeringSinceNanos = now;
                } else if (millis(now - answeringSinceNanos) > replyMillis) {
                    timeOut(context, "no reply, though it answers on other connections");
                }
            }
        }
    }

    private void timeOutAfter(ChannelHandlerContext context, long limitMillis, long now) {
        if (millis(now - lastProgressNanos) > limitMillis) {
            timeOut(context, "no reply within " + limitMillis + " ms");
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    private void forgetProbes() {
        probed = false;
        answeringSinceNanos = 0;
        connection.busy(null);
    }

    private void timeOut(ChannelHandlerContext context, String why) {
        loop.stats().add(Counter.BACKEND_TIMEOUTS, 1);
        fail(context, why);
    }

    private void fail(ChannelHandlerContext context, String why) {
        reason = why;
        context.close();
    }
}
