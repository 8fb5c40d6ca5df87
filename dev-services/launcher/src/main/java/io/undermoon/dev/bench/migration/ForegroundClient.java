package io.undermoon.dev.bench.migration;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.undermoon.dev.bench.ReplyCounter;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client with a connection to each node. Lives on the loop of its {@link Foreground}. */
final class ForegroundClient {
    private static final int TRY_AGAIN_MILLIS = 1;
    private static final int RECONNECT_MILLIS = 50;
    private static final List<String> ASKING = List.of("ASKING");

    private final Foreground foreground;
    private final Map<HostPort, Channel> channels = new HashMap<>();
    private final byte[] key = new byte[KeySet.KEY_BYTES];
    private boolean set;
    private long dueNanos;

    /** Replies to come before the command is done: with ASKING there is one more. */
    private int missing;

    /** Where they will come from; null while no command is on its way. */
    private @Nullable Channel waitingFor;

    ForegroundClient(Foreground foreground) {
        this.foreground = foreground;
    }

    /** Connects to a node that there is, as a cluster client does when it has learnt of it. */
    ChannelFuture connect(HostPort address) {
        ChannelFuture connecting = foreground.bootstrap(this, address).connect();
        connecting.addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                channels.put(address, connected.channel());
            }
        });
        return connecting;
    }

    /** Sends a command for any key. */
    void send(boolean isSet, long due) {
        foreground.anyKey(key);
        set = isSet;
        dueNanos = due;
        sendTo(foreground.owner(Slot.of(key)), false);
    }

    ChannelHandler newHandler() {
        return new Replies();
    }

    void close() {
        channels.values().forEach(Channel::close);
    }

    private void sendTo(HostPort address, boolean asking) {
        Channel channel = channels.get(address);
        if (channel != null && channel.isActive()) {
            write(channel, asking);
            return;
        }
        connect(address).addListener((ChannelFuture connected) -> {
            if (connected.isSuccess()) {
                write(connected.channel(), asking);
            } else {
                foreground.failed("cannot connect: " + connected.cause().getMessage());
                later(address, RECONNECT_MILLIS);
            }
        });
    }

    private void write(Channel channel, boolean asking) {
        ByteBuf out = channel.alloc().directBuffer();
        missing = 1;
        waitingFor = channel;
        if (asking) {
            RespWriter.command(out, ASKING);
            missing++;
        }
        if (set) {
            KeySet.set(out, key, foreground.value());
        } else {
            RespWriter.array(out, 2);
            RespWriter.bulk(out, "GET");
            RespWriter.bulk(out, key);
        }
        channel.writeAndFlush(out, channel.voidPromise());
    }

    private void later(HostPort address, int millis) {
        if (!foreground.isOver()) {
            foreground.loop().schedule(() -> sendTo(address, false), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void replied(String error, Channel from) {
        if (error.isEmpty()) {
            foreground.done(this, dueNanos);
            return;
        }
        String[] words = error.split(" ");
        switch (words[0]) {
            case "MOVED", "ASK" -> {
                foreground.redirected();
                HostPort to = foreground.node(words[2]);
                boolean asking = words[0].equals("ASK");
                if (!asking) {
                    foreground.moved(Slot.of(key), to);
                }
                sendTo(to, asking);
            }
            case "TRYAGAIN" -> {
                foreground.redirected();
                later(address(from), TRY_AGAIN_MILLIS);
            }
            default -> {
                foreground.failed(error);
                foreground.done(this, dueNanos);
            }
        }
    }

    private final class Replies extends ChannelInboundHandlerAdapter {
        private final ReplyCounter counter = new ReplyCounter();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                missing -= counter.count(in);
            } finally {
                in.release();
            }
            if (missing == 0) {
                waitingFor = null;
                replied(counter.takeError(), ctx.channel());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (ctx.channel() == waitingFor) {
                waitingFor = null;
                foreground.failed("connection lost");
                foreground.loop().execute(() -> foreground.done(ForegroundClient.this, dueNanos));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            foreground.failed(String.valueOf(cause.getMessage()));
            ctx.close();
        }
    }

    private static HostPort address(Channel channel) {
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        return new HostPort(remote.getHostString(), remote.getPort());
    }
}
