package io.undermoon.coordinator.proxy;

import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.client.RespConnection;
import io.undermoon.client.RespConnectionPool;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.ProxyLogin;
import io.undermoon.umctl.SetChange;
import io.undermoon.umctl.SetMeta;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Control commands to proxies over RESP, on kept connections. Connecting and each exchange have the same time limit,
 * a shorter one for probes. Thread-safe; callers block.
 */
public final class RespProxyControl implements ProxyControl, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RespProxyControl.class);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
    private static final int PROBE_THREADS = 1;
    private static final List<String> PING = List.of("PING");
    private static final List<String> GET_EPOCH = List.of("UMCTL", "GETEPOCH");
    private static final List<String> NODES = List.of("UMCTL", "NODES");
    private static final List<String> LEASE = List.of("UMCTL", "LEASE");
    private static final List<String> INFO_MIGRATIONS = List.of("UMCTL", "INFOMGR");
    private static final List<String> MIGRATIONS = List.of("UMCTL", "MIGRATIONS");

    private final RespClient client;
    private final RespConnectionPool connections;
    private final RespClient prober;
    private final RespConnectionPool probeConnections;
    private final boolean compress;

    /** Proxies that do not know {@code UMCTL SETMETA}: those of the original. */
    private final Set<ProxyAddress> originals = ConcurrentHashMap.newKeySet();

    /**
     * @param threads number of event loops
     * @param timeout for connecting, and for each exchange
     * @param probeTimeout the same for probes
     * @param login tried on each new connection
     * @param compress whether slots are sent in the compressed form
     * @param tls absent for plain connections
     */
    public RespProxyControl(
            int threads,
            Duration timeout,
            Duration probeTimeout,
            ProxyLogin login,
            boolean compress,
            @Nullable TlsContext tls) {
        // Callers block anyway: each looks up the name of its proxy itself.
        this.client = new RespClient(threads, timeout, login, tls, Runnable::run);
        this.connections = new RespConnectionPool(client, IDLE_LIMIT);
        this.prober = new RespClient(PROBE_THREADS, probeTimeout, login, tls, Runnable::run);
        this.probeConnections = new RespConnectionPool(prober, IDLE_LIMIT);
        this.compress = compress;
    }

    @Override
    public Probe probe(ProxyAddress proxy) {
        try {
            return probed(proxy);
        } catch (RespClientException e) {
            if (e.reason() == Reason.REFUSED) {
                // It answers, but does not prove the control secret. That is no failure: with a wrong secret here, all
                // proxies would be given up. What is pushed to it fails with the reason.
                return new Probe(Optional.empty(), List.of());
            }
            throw e;
        }
    }

    private Probe probed(ProxyAddress proxy) {
        return probeConnections.use(HostPort.parse(proxy.value()), connection -> {
            List<RespValue> replies = RespClient.await(connection.exchange(List.of(PING, GET_EPOCH, NODES, LEASE)));
            if (replies.get(2) instanceof RespValue.Array) {
                // The original's proxies do not know UMCTL NODES either: one of ours is there now.
                originals.remove(proxy);
            }
            return new Probe(
                    ProxyReplies.epoch(replies.get(1)),
                    ProxyReplies.nodes(proxy, replies.get(2)),
                    ProxyReplies.lease(replies.get(3)));
        });
    }

    @Override
    public Lease renew(ProxyAddress proxy, String token) {
        return probeConnections.use(HostPort.parse(proxy.value()), connection -> {
            RespValue reply = exchange(connection, List.of("UMCTL", "LEASE", token));
            return ProxyReplies.lease(reply)
                    .orElseThrow(() -> new RespClientException(Reason.REFUSED, "UMCTL LEASE: " + reply));
        });
    }

    @Override
    public PushOutcome push(Proxy metadata, boolean leases) {
        return onConnection(metadata.address(), connection -> {
            SetMeta message = SetMeta.of(metadata, leases);
            if (!originals.contains(metadata.address())) {
                RespValue reply = exchange(connection, message.toCommand(compress));
                if (!isUnknownCommand(reply)) {
                    return outcome(metadata, connection, "SETMETA", reply);
                }
                originals.add(metadata.address());
                LOG.infof(
                        "Metadata is sent without replicas and in two messages, the proxy is one of the original:"
                                + " epoch=%s proxy=%s",
                        metadata.epoch(), metadata.address());
            }
            return pushToOriginal(metadata, connection, message);
        });
    }

    @Override
    public PushOutcome push(ProxyAddress proxy, ClusterUpdate update, boolean leases) {
        if (originals.contains(proxy)) {
            return PushOutcome.UNKNOWN_COMMAND;
        }
        return onConnection(proxy, connection -> {
            List<String> roles = update.roles().getOrDefault(proxy, List.of());
            RespValue reply = exchange(connection, SetChange.toCommand(proxy, roles, update.change(), leases));
            return isUnknownCommand(reply)
                    ? PushOutcome.UNKNOWN_COMMAND
                    : outcome(proxy, update.epoch(), connection, "SETCHANGE", reply);
        });
    }

    private PushOutcome pushToOriginal(Proxy metadata, RespConnection connection, SetMeta message) {
        PushOutcome roles = outcome(
                metadata,
                connection,
                "SETREPL",
                exchange(connection, message.roles().toCommand()));
        return roles == PushOutcome.NOT_MINE
                ? roles
                : outcome(
                        metadata,
                        connection,
                        "SETCLUSTER",
                        exchange(connection, message.slots().toOriginalCommand(compress)));
    }

    private static RespValue exchange(RespConnection connection, List<String> command) {
        return RespClient.await(connection.exchange(List.of(command))).get(0);
    }

    private static boolean isUnknownCommand(RespValue reply) {
        return reply instanceof RespValue.Failure failure && failure.text().startsWith("Invalid sub command");
    }

    private static PushOutcome outcome(Proxy metadata, RespConnection connection, String subcommand, RespValue reply) {
        return outcome(metadata.address(), metadata.epoch(), connection, subcommand, reply);
    }

    private static PushOutcome outcome(
            ProxyAddress proxy, Epoch epoch, RespConnection connection, String subcommand, RespValue reply) {
        if (reply instanceof RespValue.Failure failure) {
            String code = failure.text().split(" ", 2)[0];
            switch (code) {
                case "OLD_EPOCH":
                    return PushOutcome.OLD_EPOCH;
                case SetChange.UNKNOWN_BASE:
                    return PushOutcome.UNKNOWN_BASE;
                case "ERR_NOT_MY_META":
                    connection.close();
                    return PushOutcome.NOT_MINE;
                default:
                    throw new RespClientException(Reason.REFUSED, "UMCTL " + subcommand + ": " + failure.text());
            }
        }
        if (reply instanceof RespValue.Simple warning && warning.text().startsWith("WARNING")) {
            LOG.warnf("Metadata accepted with a warning: epoch=%s proxy=%s reason=%s", epoch, proxy, warning.text());
        }
        return PushOutcome.APPLIED;
    }

    @Override
    public Migrations migrations(ProxyAddress proxy) {
        return onConnection(proxy, connection -> {
            List<RespValue> replies = RespClient.await(connection.exchange(List.of(INFO_MIGRATIONS, MIGRATIONS)));
            return new Migrations(
                    ProxyReplies.finishedMigrations(replies.get(0)), ProxyReplies.progress(proxy, replies.get(1)));
        });
    }

    @Override
    public void close() {
        probeConnections.close();
        connections.close();
        prober.close();
        client.close();
    }

    private <T> T onConnection(ProxyAddress proxy, Function<RespConnection, T> conversation) {
        return connections.use(HostPort.parse(proxy.value()), conversation);
    }
}
