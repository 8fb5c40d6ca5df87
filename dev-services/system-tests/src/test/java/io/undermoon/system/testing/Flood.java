package io.undermoon.system.testing;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.metadata.ProxyAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many clients that each send long pipelines without end, on one thread: more than any proxy can carry out. Each sends
 * its next commands when it has the replies to the last.
 */
public final class Flood implements AutoCloseable {
    /** The commands of a burst, most of which the proxy answers itself. Their replies are equally long. */
    private static final int PINGS = 2000;

    private static final int GETS = 100;
    private static final int REPLY_BYTES = "+PONG\r\n".length();

    private final NioEventLoopGroup group = new NioEventLoopGroup(1, new DefaultThreadFactory("flood", true));
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final AtomicLong bursts = new AtomicLong();
    private volatile boolean ended;

    /**
     * Has more clients send commands.
     *
     * @param key whose value is one character
     */
    public void add(ProxyAddress proxy, String key, int clients) {
        String get = "*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n";
        byte[] burst = ("*1\r\n$4\r\nPING\r\n".repeat(PINGS) + get.repeat(GETS)).getBytes(StandardCharsets.US_ASCII);
        ByteBuf commands = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(burst.length).writeBytes(burst).asReadOnly());
        for (int i = 0; i < clients; i++) {
            new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .handler(new FloodClient(commands))
                    .connect("127.0.0.1", proxy.port())
                    .addListener(connected -> {
                        if (!connected.isSuccess()) {
                            problems.add("not connected: " + connected.cause());
                        }
                    });
        }
    }

    /** How many bursts have been answered. */
    public long bursts() {
        return bursts.get();
    }

    /** What went wrong for the clients. */
    public Queue<String> problems() {
        return problems;
    }

    @Override
    public void close() {
        ended = true;
        group.shutdownGracefully().awaitUninterruptibly();
    }

    private final class FloodClient extends ChannelInboundHandlerAdapter {
        private final ByteBuf commands;
        private long missing;

        FloodClient(ByteBuf commands) {
            this.commands = commands;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            missing += (long) REPLY_BYTES * (PINGS + GETS);
            context.writeAndFlush(commands.duplicate(), context.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                int error = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '-');
                if (error >= 0) {
                    problems.add(in.toString(error, in.writerIndex() - error, StandardCharsets.UTF_8));
                    context.close();
                    return;
                }
                missing -= in.readableBytes();
            } finally {
                in.release();
            }
            if (missing == 0) {
                bursts.incrementAndGet();
                send(context);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!ended) {
                problems.add("disconnected");
            }
        }
    }
}
