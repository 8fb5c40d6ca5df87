package io.undermoon.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.ControlProof;
import io.undermoon.umctl.ProxyLogin;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections for control commands, on event loops of its own. Connecting, the TLS handshake, each login and each
 * exchange have the same time limit. Thread-safe; futures complete on an event loop, which must not be blocked.
 */
public final class RespClient implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RespClient.class.getName());

    private final EventLoopGroup group;
    private final Duration timeout;
    private final ProxyLogin login;
    private final @Nullable TlsContext tls;
    private final Executor resolver;
    private final int maxReplyBytes;
    private final Bootstrap bootstrap;

    /**
     * @param threads number of event loops
     * @param login made on each new connection
     * @param tls absent for plain connections
     * @param resolver runs look-ups of host names, which block: a slow name server must not stop an event loop
     */
    public RespClient(int threads, Duration timeout, ProxyLogin login, @Nullable TlsContext tls, Executor resolver) {
        this(threads, timeout, login, tls, resolver, RespReplyDecoder.MAX_REPLY_BYTES);
    }

    /**
     * As above.
     *
     * @param maxReplyBytes a longer reply is refused before it is complete, and ends the connection
     */
    public RespClient(
            int threads,
            Duration timeout,
            ProxyLogin login,
            @Nullable TlsContext tls,
            Executor resolver,
            int maxReplyBytes) {
        this.maxReplyBytes = maxReplyBytes;
        this.group = new NioEventLoopGroup(threads, new DefaultThreadFactory("resp-client", true));
        this.timeout = timeout;
        this.login = login;
        this.tls = tls;
        this.resolver = resolver;
        this.bootstrap = new Bootstrap()
                .group(group)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .option(ChannelOption.TCP_NODELAY, true);
    }

    /**
     * Waits for a future of this package. Not to be called on an event loop.
     *
     * @throws RespClientException if it fails or the thread is interrupted
     */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            RespClientException cause = RespClientException.of(e);
            // It was made on an event loop; this one has the stack of the caller.
            throw new RespClientException(cause.reason(), String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RespClientException(Reason.CLOSED, "interrupted", e);
        }
    }

    /**
     * Sends one command on a connection of its own.
     *
     * @return the reply; a {@link RespClientException} if there is none or it is an error
     */
    public CompletableFuture<RespValue> call(HostPort address, List<String> command) {
        return connect(address)
                .thenCompose(
                        connection -> connection.call(command).whenComplete((reply, failure) -> connection.close()));
    }

    /**
     * Opens a connection and logs in.
     *
     * @return the connection, which the caller closes; a {@link RespClientException} if there is none
     */
    public CompletableFuture<RespConnection> connect(HostPort address) {
        return CompletableFuture.supplyAsync(() -> resolve(address), resolver)
                .thenCompose(resolved -> open(address, resolved))
                .thenCompose(connection -> logIn(address, connection).thenApply(done -> connection));
    }

    /** Ends the event loops, and with them every connection. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** The installation of the caller; absent as long as it is not known. */
    @Nullable
    String installation() {
        return login.installation().get();
    }

    EventLoopGroup group() {
        return group;
    }

    private static InetSocketAddress resolve(HostPort address) {
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            throw new RespClientException(Reason.UNREACHABLE, "host '" + address.host() + "' has no address");
        }
        return resolved;
    }

    private CompletableFuture<RespConnection> open(HostPort address, InetSocketAddress resolved) {
        SslHandler encryption = encryption(address);
        Channel channel = new NioSocketChannel();
        RespConnection connection = new RespConnection(channel, timeout);
        if (encryption != null) {
            channel.pipeline().addLast(encryption);
        }
        channel.pipeline().addLast(new RespReplyDecoder(maxReplyBytes));
        Future<Void> connected = bootstrap
                .clone()
                .channelFactory(() -> channel)
                .handler(connection.handler())
                .connect(resolved);
        return established(connected)
                .thenCompose(done -> encryption == null
                        ? CompletableFuture.completedFuture(null)
                        : established(encryption.handshakeFuture()))
                .thenApply(done -> connection);
    }

    private @Nullable SslHandler encryption(HostPort address) {
        if (tls == null) {
            return null;
        }
        SslHandler encryption = new SslHandler(tls.clientEngine(address.host(), address.port()));
        encryption.setHandshakeTimeoutMillis(timeout.toMillis());
        return encryption;
    }

    /** The end of connecting or of the handshake. */
    private CompletableFuture<@Nullable Void> established(Future<?> step) {
        CompletableFuture<@Nullable Void> established = new CompletableFuture<>();
        step.addListener(ended -> {
            Throwable cause = ended.cause();
            if (cause == null) {
                established.complete(null);
            } else if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
                established.completeExceptionally(new RespClientException(
                        Reason.TIMEOUT, "no connection within " + timeout.toMillis() + " ms", cause));
            } else {
                established.completeExceptionally(
                        new RespClientException(Reason.UNREACHABLE, String.valueOf(cause.getMessage()), cause));
            }
        });
        return established;
    }

    /** Closes the connection if the login fails: nothing may be sent to a proxy that is not the one it should be. */
    private CompletableFuture<@Nullable Void> logIn(HostPort proxy, RespConnection connection) {
        return prove(proxy, connection)
                .thenCompose(proven -> proven ? CompletableFuture.completedFuture(null) : giveWord(proxy, connection))
                .thenCompose(loggedIn -> connection.belongTo(installation()))
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        connection.close();
                    }
                });
    }

    /** Returns false if nothing has to be proven, or the proxy proves nothing and may do so. */
    private CompletableFuture<Boolean> prove(HostPort proxy, RespConnection connection) {
        if (login.controlSecret().isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        ControlProof.Caller caller =
                new ControlProof.Caller(login.controlSecret().get(), proxy.toString());
        return exchange(connection, caller.challenge())
                .thenCompose(reply -> caller.proof(text(reply))
                        .map(proof -> exchange(connection, proof))
                        .orElseGet(() -> CompletableFuture.completedFuture(reply)))
                .thenApply(reply -> caller.isProven(text(reply)) || unproven(proxy, text(reply)));
    }

    private boolean unproven(HostPort proxy, String reply) {
        if (!login.allowsUnproven()) {
            throw new RespClientException(
                    Reason.REFUSED, "the proxy does not prove that it has the control_secret: " + reply);
        }
        LOG.log(Level.WARNING, "control_secret is not accepted: proxy=" + proxy + " reason=" + reply);
        return false;
    }

    /** The connection is used even if the word is wrong: a proxy that asks for one refuses the commands that follow. */
    private CompletableFuture<@Nullable Void> giveWord(HostPort proxy, RespConnection connection) {
        if (login.password().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return exchange(connection, List.of("AUTH", login.password().get())).thenAccept(reply -> {
            if (reply instanceof RespValue.Failure failure) {
                LOG.log(Level.WARNING, "proxy_password is not accepted: proxy=" + proxy + " reason=" + failure.text());
            }
        });
    }

    private static CompletableFuture<RespValue> exchange(RespConnection connection, List<String> command) {
        return connection.exchange(List.of(command)).thenApply(replies -> replies.get(0));
    }

    private static String text(RespValue reply) {
        return reply instanceof RespValue.Simple simple
                ? simple.text()
                : reply instanceof RespValue.Failure failure ? failure.text() : "an unexpected reply";
    }
}
