package io.undermoon.dev.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.dev.plan.LaunchException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Many clients on one thread, each of which sends a burst of commands, waits for all replies, and sends the next: a
 * closed loop, so latencies are those of a target under as much load as it can take. It does little work per command:
 * requests are encoded beforehand, replies only counted.
 */
final class LoadGenerator implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5000;
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group = epoll
            ? new EpollEventLoopGroup(1, new DefaultThreadFactory("load", true))
            : new NioEventLoopGroup(1, new DefaultThreadFactory("load", true));

    /**
     * @param warmUp before counting starts
     * @throws LaunchException if the target cannot be reached, answers with errors, or stops answering
     */
    Load run(LoadTarget target, Cell cell, Duration warmUp, Duration duration) {
        EventLoop loop = (EventLoop) group.next();
        Requests requests = new Requests(cell);
        LoadRun run = new LoadRun(cell, requests, loop, target, warmUp, duration);
        Bootstrap bootstrap = bootstrap(loop, run);
        try {
            for (int i = 0; i < cell.connections(); i++) {
                ChannelFuture connected = bootstrap.connect(
                        target.address().host(), target.address().port());
                connected.addListener(future -> {
                    if (!future.isSuccess()) {
                        run.fail(String.valueOf(future.cause().getMessage()));
                    }
                });
            }
            Duration timeout = warmUp.plus(duration).plus(GRACE);
            return run.result().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            String reason = e.getCause() == null
                    ? String.valueOf(e)
                    : String.valueOf(e.getCause().getMessage());
            throw new LaunchException("cannot measure " + target.name() + ": " + reason, e);
        } catch (TimeoutException e) {
            throw new LaunchException(target.name() + " left commands of " + cell + " without an answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        } finally {
            // On the loop, after what the clients may still be doing there.
            loop.execute(requests::close);
        }
    }

    private Bootstrap bootstrap(EventLoop loop, LoadRun run) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(() -> epoll ? new EpollSocketChannel() : new NioSocketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new LoadClient(run));
                    }
                });
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
