package io.undermoon.coordinator.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.undermoon.coordinator.port.ProxyException;
import io.undermoon.coordinator.port.ProxyException.Reason;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a proxy, for one caller at a time, who waits for the replies. After any failure it is closed: a reply that
 * comes late must not be taken for that to the next command. Fields belong to the channel's event loop.
 */
final class ProxyConnection extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private @Nullable Exchange current;

    /** Some commands on their way and the replies so far. */
    private static final class Exchange {
        final int expected;
        final List<RespValue> replies = new ArrayList<>();
        final CompletableFuture<List<RespValue>> done = new CompletableFuture<>();

        Exchange(int expected) {
            this.expected = expected;
        }
    }

    ProxyConnection(Channel channel) {
        this.channel = channel;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    void close() {
        channel.close();
    }

    /**
     * Sends commands in one go and waits for as many replies. Errors among the replies are the caller's to judge.
     *
     * @throws ProxyException if they do not come in time; the connection is closed then
     */
    List<RespValue> exchange(Duration timeout, List<List<String>> commands) {
        Exchange exchange = new Exchange(commands.size());
        channel.eventLoop().execute(() -> begin(exchange, commands));
        try {
            return exchange.done.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            close();
            throw new ProxyException(Reason.TIMEOUT, "no answer within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            close();
            if (e.getCause() instanceof ProxyException cause) {
                // Made on the event loop; rethrown with the caller's stack.
                throw new ProxyException(cause.reason(), String.valueOf(cause.getMessage()), cause);
            }
            throw new ProxyException(Reason.CLOSED, "the exchange was lost", e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new ProxyException(Reason.CLOSED, "interrupted", e);
        }
    }

    private void begin(Exchange exchange, List<List<String>> commands) {
        if (!channel.isActive()) {
            exchange.done.completeExceptionally(new ProxyException(Reason.CLOSED, "the proxy closed the connection"));
            return;
        }
        current = exchange;
        ByteBuf out = channel.alloc().buffer();
        commands.forEach(command -> RespWriter.command(out, command));
        channel.writeAndFlush(out).addListener(written -> {
            if (!written.isSuccess()) {
                fail(Reason.CLOSED, "not sent: " + written.cause());
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object reply) {
        Exchange exchange = current;
        if (exchange == null) {
            // Nobody asked: whatever follows could not be told from answers any more.
            close();
            return;
        }
        exchange.replies.add((RespValue) reply);
        if (exchange.replies.size() == exchange.expected) {
            current = null;
            exchange.done.complete(exchange.replies);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(Reason.CLOSED, "the proxy closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        boolean protocol = cause instanceof io.netty.handler.codec.DecoderException;
        fail(protocol ? Reason.PROTOCOL : Reason.CLOSED, String.valueOf(cause.getMessage()));
        close();
    }

    private void fail(Reason reason, String message) {
        Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.done.completeExceptionally(new ProxyException(reason, message));
        }
    }
}
