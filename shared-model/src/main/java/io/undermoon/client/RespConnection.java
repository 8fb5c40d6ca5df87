package io.undermoon.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.umctl.InstallationCheck;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open connection for control commands. Any failure closes it: a late reply must not be taken for the reply to a
 * later command. Thread-safe; futures complete on the event loop of the connection, which must not be blocked. The
 * queue of exchanges belongs to that event loop.
 */
public final class RespConnection implements AutoCloseable {
    private final Channel channel;
    private final Duration timeout;
    private final Deque<Exchange> exchanges = new ArrayDeque<>();

    /** Set once, before the connection is used. */
    private volatile @Nullable String installation;

    /** Commands that were sent together, and the replies that have arrived. */
    private static final class Exchange {
        final int expected;
        final List<RespValue> replies = new ArrayList<>();
        final CompletableFuture<List<RespValue>> done = new CompletableFuture<>();

        Exchange(int expected) {
            this.expected = expected;
        }
    }

    /** @param timeout for the replies of each exchange */
    RespConnection(Channel channel, Duration timeout) {
        this.channel = channel;
        this.timeout = timeout;
    }

    /** The last handler of the channel's pipeline; expects decoded replies. */
    ChannelHandler handler() {
        return new ReplyHandler();
    }

    public boolean isOpen() {
        return channel.isActive();
    }

    @Override
    public void close() {
        channel.close();
    }

    /**
     * Tells the proxy to which installation the caller belongs, null if that is not known. Fails with {@link
     * Reason#OTHER_INSTALLATION} if it belongs to another one.
     */
    CompletableFuture<@Nullable Void> belongTo(@Nullable String id) {
        installation = id;
        return id == null
                ? CompletableFuture.completedFuture(null)
                : exchange(List.of(InstallationCheck.command(id))).thenAccept(anyOther -> {});
    }

    /** What the proxy was told of the caller's installation. */
    @Nullable
    String installation() {
        return installation;
    }

    /**
     * Sends one command.
     *
     * @return the reply; a {@link RespClientException} if it is an error or does not arrive in time
     */
    public CompletableFuture<RespValue> call(List<String> command) {
        return exchange(List.of(command)).thenApply(replies -> accepted(replies.get(0)));
    }

    /**
     * Sends commands in one write.
     *
     * @return as many replies, in order, errors among them; a {@link RespClientException} if they do not all arrive in
     *     time
     */
    public CompletableFuture<List<RespValue>> exchange(List<List<String>> commands) {
        return exchange(commands.size(), out -> commands.forEach(command -> RespWriter.command(out, command)));
    }

    /** As {@link #exchange}, for commands whose arguments need not be text. */
    public CompletableFuture<List<RespValue>> exchangeBytes(List<List<byte[]>> commands) {
        return exchange(commands.size(), out -> commands.forEach(command -> RespWriter.commandOfBytes(out, command)));
    }

    private CompletableFuture<List<RespValue>> exchange(int expected, Consumer<ByteBuf> commands) {
        Exchange exchange = new Exchange(expected);
        channel.eventLoop().execute(() -> send(exchange, commands));
        return exchange.done;
    }

    private static RespValue accepted(RespValue reply) {
        if (reply instanceof RespValue.Failure failure) {
            throw new RespClientException(Reason.REFUSED, failure.text());
        }
        return reply;
    }

    private void send(Exchange exchange, Consumer<ByteBuf> commands) {
        exchanges.add(exchange);
        if (!channel.isActive()) {
            fail(Reason.CLOSED, "the connection was closed");
            return;
        }
        Future<?> timer = channel.eventLoop()
                .schedule(
                        () -> fail(Reason.TIMEOUT, "no answer within " + timeout.toMillis() + " ms"),
                        timeout.toNanos(),
                        TimeUnit.NANOSECONDS);
        exchange.done.whenComplete((replies, failure) -> timer.cancel(false));
        ByteBuf out = channel.alloc().buffer();
        commands.accept(out);
        channel.writeAndFlush(out).addListener(written -> {
            if (!written.isSuccess()) {
                fail(Reason.CLOSED, "not sent: " + written.cause());
            }
        });
    }

    private void received(RespValue reply) {
        Exchange exchange = exchanges.peek();
        if (exchange == null) {
            // Not the reply to a command: the replies after it could not be told apart either.
            close();
            return;
        }
        if (reply instanceof RespValue.Failure failure && InstallationCheck.isRefusal(failure.text())) {
            fail(Reason.OTHER_INSTALLATION, failure.text());
            return;
        }
        exchange.replies.add(reply);
        if (exchange.replies.size() == exchange.expected) {
            exchanges.remove();
            exchange.done.complete(exchange.replies);
        }
    }

    /** Fails every exchange, then closes the connection: closing would fail pending writes with a reason of its own. */
    private void fail(Reason reason, String message) {
        for (Exchange exchange = exchanges.poll(); exchange != null; exchange = exchanges.poll()) {
            exchange.done.completeExceptionally(new RespClientException(reason, message));
        }
        close();
    }

    private final class ReplyHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object reply) {
            received((RespValue) reply);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(Reason.CLOSED, "the connection was closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Reason reason = cause instanceof DecoderException ? Reason.PROTOCOL : Reason.CLOSED;
            fail(reason, String.valueOf(cause.getMessage()));
        }
    }
}
