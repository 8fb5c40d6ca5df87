package io.undermoon.coordinator.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyException;
import io.undermoon.coordinator.port.ProxyException.Reason;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.ProxyLogin;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The proxies over RESP. Every connect and every exchange has the same time-out. Thread-safe; callers wait. */
public final class RespProxyControl implements ProxyControl, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RespProxyControl.class);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
    private static final List<String> PING = List.of("PING");
    private static final List<String> GET_EPOCH = List.of("UMCTL", "GETEPOCH");
    private static final List<String> NODES = List.of("UMCTL", "NODES");
    private static final List<String> INFO_MIGRATIONS = List.of("UMCTL", "INFOMGR");
    private static final List<String> MIGRATIONS = List.of("UMCTL", "MIGRATIONS");

    private final EventLoopGroup group;
    private final ProxyConnections connections;
    private final Duration timeout;
    private final boolean compress;

    /**
     * @param threads of network I/O
     * @param timeout for each connect and each exchange
     * @param login tried on each new connection
     * @param compress whether the slots are sent in the compressed form
     * @param tls absent for plain connections
     */
    public RespProxyControl(
            int threads, Duration timeout, ProxyLogin login, boolean compress, @Nullable TlsContext tls) {
        this.group = new NioEventLoopGroup(threads, new DefaultThreadFactory("proxy-io", true));
        this.connections = new ProxyConnections(group, timeout, IDLE_LIMIT, login, tls);
        this.timeout = timeout;
        this.compress = compress;
    }

    @Override
    public Probe probe(ProxyAddress proxy) {
        return onConnection(proxy, connection -> {
            List<RespValue> replies = connection.exchange(timeout, List.of(PING, GET_EPOCH, NODES));
            return new Probe(Replies.epoch(replies.get(1)), Replies.nodes(proxy, replies.get(2)));
        });
    }

    @Override
    public PushOutcome push(Proxy metadata) {
        SetCluster slots = SetCluster.of(metadata);
        List<String> setCluster = compress ? slots.toCompressedCommand() : slots.toCommand();
        return onConnection(metadata.address(), connection -> {
            PushOutcome roles = push(metadata, connection, SetRepl.of(metadata).toCommand());
            return roles == PushOutcome.NOT_MINE ? roles : push(metadata, connection, setCluster);
        });
    }

    private PushOutcome push(Proxy metadata, ProxyConnection connection, List<String> command) {
        RespValue reply = connection.exchange(timeout, List.of(command)).get(0);
        if (reply instanceof RespValue.Failure failure) {
            String code = failure.text().split(" ", 2)[0];
            switch (code) {
                case "OLD_EPOCH":
                    return PushOutcome.OLD_EPOCH;
                case "ERR_NOT_MY_META":
                    connection.close();
                    return PushOutcome.NOT_MINE;
                default:
                    throw new ProxyException(
                            Reason.REFUSED, command.get(0) + " " + command.get(1) + ": " + failure.text());
            }
        }
        if (reply instanceof RespValue.Simple warning && warning.text().startsWith("WARNING")) {
            LOG.warnf(
                    "proxy took its metadata with a warning epoch=%s proxy=%s: %s",
                    metadata.epoch(), metadata.address(), warning.text());
        }
        return PushOutcome.APPLIED;
    }

    @Override
    public Migrations migrations(ProxyAddress proxy) {
        return onConnection(proxy, connection -> {
            List<RespValue> replies = connection.exchange(timeout, List.of(INFO_MIGRATIONS, MIGRATIONS));
            return new Migrations(Replies.finishedMigrations(replies.get(0)), Replies.progress(proxy, replies.get(1)));
        });
    }

    @Override
    public void close() {
        connections.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** A connection that was in any trouble is thrown away. */
    private <T> T onConnection(ProxyAddress proxy, Function<ProxyConnection, T> conversation) {
        ProxyConnection connection = connections.take(proxy);
        boolean inOrder = false;
        try {
            T result = conversation.apply(connection);
            inOrder = true;
            return result;
        } finally {
            if (inOrder) {
                connections.giveBack(proxy, connection);
            } else {
                connection.close();
            }
        }
    }
}
