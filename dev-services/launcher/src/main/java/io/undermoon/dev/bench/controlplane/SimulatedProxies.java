package io.undermoon.dev.bench.controlplane;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Proxies on ports of their own, on one event loop, without Redis nodes: a {@link ProxyScript} answers for each. */
final class SimulatedProxies implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int BACKLOG = 64;

    private final EventLoopGroup group = new NioEventLoopGroup(1);
    private final List<ProxyScript> scripts = new ArrayList<>();
    private final ProxyScript.Changes changes = new ProxyScript.Changes();
    private final LongAdder bytesReceived = new LongAdder();

    /** @throws LaunchException if there are not so many ports or open files; then none is left */
    static SimulatedProxies start(int count) {
        SimulatedProxies proxies = new SimulatedProxies();
        try {
            for (int i = 0; i < count; i++) {
                proxies.listen();
            }
            return proxies;
        } catch (RuntimeException e) {
            proxies.close();
            throw new LaunchException("cannot listen for " + count + " proxies: " + e.getMessage(), e);
        }
    }

    /** In the order in which they were started. */
    List<ProxyScript> all() {
        return scripts;
    }

    /** What has been sent to all of them. */
    long bytesReceived() {
        return bytesReceived.sum();
    }

    private void listen() {
        // The address is known when the port is bound, and the first connection comes after that.
        ProxyScript[] script = new ProxyScript[1];
        Channel server = new ServerBootstrap()
                .group(group)
                .channelFactory(NioServerSocketChannel::new)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Connection(script[0]));
                    }
                })
                .bind(HOST, 0)
                .syncUninterruptibly()
                .channel();
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        script[0] = new ProxyScript(new ProxyAddress(HOST + ":" + port), changes);
        scripts.add(script[0]);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Answers what comes in one read with one write. */
    private final class Connection extends ByteToMessageDecoder {
        private final RespReader reader = new RespReader(RespLimits.CONTROL);
        private final ProxyScript script;

        Connection(ProxyScript script) {
            this.script = script;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            bytesReceived.add(((ByteBuf) message).readableBytes());
            super.channelRead(context, message);
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> none) {
            ByteBuf out = context.alloc().buffer();
            for (RespValue command = reader.read(in); command != null; command = reader.read(in)) {
                List<String> words = ((RespValue.Array) command)
                        .items().stream().map(RespValue::asText).toList();
                script.answer(words, out);
            }
            context.writeAndFlush(out);
        }
    }
}
