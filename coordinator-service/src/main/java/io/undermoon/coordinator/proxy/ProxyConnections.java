package io.undermoon.coordinator.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import io.undermoon.coordinator.port.ProxyException;
import io.undermoon.coordinator.port.ProxyException.Reason;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.ProxyLogin;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the proxies: opened when needed, kept for the next use, closed when nobody used them for a while. Keeps at
 * most {@value #MAX_IDLE} idle ones per proxy. Thread-safe.
 */
final class ProxyConnections implements AutoCloseable {
    static final int MAX_IDLE = 2;

    private static final Logger LOG = Logger.getLogger(ProxyConnections.class);

    private final Duration timeout;
    private final Duration idleLimit;
    private final ProxyLogin login;
    private final @Nullable TlsContext tls;
    private final Bootstrap bootstrap;
    private final ScheduledFuture<?> eviction;
    private final Map<ProxyAddress, Deque<Idle>> idle = new HashMap<>();

    private record Idle(ProxyConnection connection, long sinceNanos) {}

    /**
     * @param timeout for connecting, and again for each answer to a login
     * @param idleLimit after which an unused connection is closed
     * @param tls absent for plain connections
     */
    ProxyConnections(
            EventLoopGroup group, Duration timeout, Duration idleLimit, ProxyLogin login, @Nullable TlsContext tls) {
        this.timeout = timeout;
        this.idleLimit = idleLimit;
        this.login = login;
        this.tls = tls;
        this.bootstrap = new Bootstrap()
                .group(group)
                .channelFactory(NioSocketChannel::new)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true);
        long period = Math.max(1, idleLimit.toMillis() / 4);
        this.eviction = group.scheduleWithFixedDelay(this::evict, period, period, TimeUnit.MILLISECONDS);
    }

    /** An open connection, to be given back or closed. */
    ProxyConnection take(ProxyAddress proxy) {
        ProxyConnection kept = takeIdle(proxy);
        return kept == null ? connect(proxy) : kept;
    }

    /** Keeps a connection that is in order for the next use. */
    synchronized void giveBack(ProxyAddress proxy, ProxyConnection connection) {
        Deque<Idle> kept = idle.computeIfAbsent(proxy, key -> new ArrayDeque<>());
        if (!connection.isOpen() || kept.size() >= MAX_IDLE) {
            connection.close();
        } else {
            kept.push(new Idle(connection, System.nanoTime()));
        }
    }

    /** How many idle connections are kept. */
    synchronized int idleCount() {
        return idle.values().stream().mapToInt(Deque::size).sum();
    }

    @Override
    public synchronized void close() {
        eviction.cancel(false);
        idle.values().forEach(kept -> kept.forEach(entry -> entry.connection().close()));
        idle.clear();
    }

    private synchronized @Nullable ProxyConnection takeIdle(ProxyAddress proxy) {
        Deque<Idle> kept = idle.get(proxy);
        while (kept != null && !kept.isEmpty()) {
            ProxyConnection connection = kept.pop().connection();
            if (connection.isOpen()) {
                return connection;
            }
        }
        return null;
    }

    private synchronized void evict() {
        long now = System.nanoTime();
        idle.values().removeIf(kept -> {
            kept.removeIf(entry -> {
                boolean old = now - entry.sinceNanos() >= idleLimit.toNanos();
                if (old) {
                    entry.connection().close();
                }
                return old || !entry.connection().isOpen();
            });
            return kept.isEmpty();
        });
    }

    private ProxyConnection connect(ProxyAddress proxy) {
        // Resolved here, on the caller's thread: a slow name server must not stop the event loop of all proxies.
        InetSocketAddress address = new InetSocketAddress(proxy.host(), proxy.port());
        if (address.isUnresolved()) {
            throw new ProxyException(Reason.UNREACHABLE, "host '" + proxy.host() + "' has no address");
        }
        ChannelFuture connecting = bootstrap.clone().handler(handlers(proxy)).connect(address);
        await(connecting, connecting.channel());
        SslHandler encryption = connecting.channel().pipeline().get(SslHandler.class);
        if (encryption != null) {
            await(encryption.handshakeFuture(), connecting.channel());
        }
        ProxyConnection connection = connecting.channel().pipeline().get(ProxyConnection.class);
        authenticate(proxy, connection);
        return connection;
    }

    private ChannelInitializer<Channel> handlers(ProxyAddress proxy) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (tls != null) {
                    SslHandler encryption = new SslHandler(tls.clientEngine(proxy.host(), proxy.port()));
                    encryption.setHandshakeTimeoutMillis(timeout.toMillis());
                    channel.pipeline().addLast(encryption);
                }
                channel.pipeline().addLast(new ReplyDecoder()).addLast(new ProxyConnection(channel));
            }
        };
    }

    /** Waits for the connection, or for the end of its handshake. */
    private void await(Future<?> connecting, Channel channel) {
        try {
            // The channel's own time-out ends this; the extra second is for a machine that is too busy to notice.
            if (!connecting.await(timeout.toMillis() + 1000)) {
                channel.close();
                throw new ProxyException(Reason.TIMEOUT, "no connection within " + timeout.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new ProxyException(Reason.CLOSED, "interrupted", e);
        }
        Throwable cause = connecting.cause();
        if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
            throw new ProxyException(Reason.TIMEOUT, "no connection within " + timeout.toMillis() + " ms", cause);
        }
        if (cause != null) {
            throw new ProxyException(Reason.UNREACHABLE, String.valueOf(cause.getMessage()), cause);
        }
    }

    /** A refused login is not a dead proxy: what needs it will be refused by itself. */
    private void authenticate(ProxyAddress proxy, ProxyConnection connection) {
        for (ProxyLogin.Attempt attempt : login.attempts()) {
            RespValue reply =
                    connection.exchange(timeout, List.of(attempt.command())).get(0);
            if (!(reply instanceof RespValue.Failure failure)) {
                return;
            }
            LOG.warnf("%s is not accepted proxy=%s: %s", attempt.key(), proxy, failure.text());
        }
    }
}
