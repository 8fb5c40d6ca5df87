package io.undermoon.proxy.config;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.acl.AccessControl;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.client.ClientLimits;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.proxy.replication.LagLimits;
import io.undermoon.proxy.replication.ReplicationSettings;
import io.undermoon.proxy.session.SessionSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A configuration whose values fit together, and what each package of the proxy asks of it.
 *
 * @param config the values by their keys, each checked by its converter
 * @param self the address the metadata knows this proxy by
 * @param replicaAddress where clients are told that this proxy's replicas are; {@code self} if it has no port for that
 * @param listenPoints where clients are listened for, in either role
 * @param nodes the Redis nodes behind this proxy, two or, when not configured, none
 * @param threads event loops, at least 1
 * @param outside what clients from outside are told; absent when none are listened for
 */
public record ProxySettings(
        ProxyConfig config,
        ProxyAddress self,
        ProxyAddress replicaAddress,
        List<ListenPoint> listenPoints,
        List<NodeAddress> nodes,
        int threads,
        BackendSettings backends,
        ReplicationSettings replication,
        LagLimits replicaLag,
        SessionSettings sessions,
        ClientLimits limits,
        ControlSettings control,
        MigrationSettings migrations,
        RegistrationSettings registration,
        TlsSettings tls,
        @Nullable OutsideAddressesFile outside) {
    /** What may wait for a connection that is being made; a second of small commands. */
    private static final int MAX_QUEUED_BYTES = 16 * 1024 * 1024;

    public ProxySettings {
        listenPoints = List.copyOf(listenPoints);
        nodes = List.copyOf(nodes);
    }

    /**
     * Checks that the values fit together, and reads the TLS files and the one of addresses.
     *
     * @param version of this program
     * @throws IllegalArgumentException they do not; the message has key, value and expectation
     */
    public static ProxySettings of(ProxyConfig config, String version) {
        TlsSettings tls = TlsSettings.of(config.tls(), config.address());
        ProxyAddress self = new ProxyAddress(announced(config).toString());
        List<ListenPoint> masters = tls.listenPoints(config.address());
        ReplicaListening replicas = ReplicaListening.of(config, self, masters);
        List<ListenPoint> inside =
                Stream.concat(masters.stream(), replicas.points().stream()).toList();
        OutsideListening outside = OutsideListening.of(config.external(), inside);
        List<NodeAddress> nodes = nodes(config);
        int threads = config.threadNumber() == 0 ? Runtime.getRuntime().availableProcessors() : config.threadNumber();
        BackendSettings.Login redis = redisLogin(config);
        requireBeside(
                "accepted_redis_password", config.acceptedRedisPassword(), "redis_password", config.redisPassword());
        requireBeside(
                "accepted_control_secret", config.acceptedControlSecret(), "control_secret", config.controlSecret());
        return new ProxySettings(
                config,
                self,
                replicas.announced(),
                Stream.concat(inside.stream(), outside.points().stream()).toList(),
                nodes,
                threads,
                new BackendSettings(
                        config.backendConnectTimeout(),
                        config.backendTimeout(),
                        config.backendSilenceTimeout(),
                        MAX_QUEUED_BYTES,
                        config.maxPinnedConnections(),
                        redis,
                        peerLogin(config),
                        tls.backends()),
                new ReplicationSettings(
                        config.replicationCheckInterval(),
                        redis.user(),
                        redis.password(),
                        config.acceptedRedisPassword().orElse(null)),
                new LagLimits(config.replicaMaxLagBytes(), config.replicaMaxSilence()),
                new SessionSettings(
                        config.activeRedirection(),
                        redirections(config),
                        config.maxPipeline(),
                        config.splitTransactions(),
                        config.defaultRedirectionAddress()
                                .map(HostPort::toString)
                                .orElse(""),
                        config.failoverWait().toMillis(),
                        config.allowStaleReads()),
                new ClientLimits(
                        config.maxclients(),
                        new RequestLimits(config.maxArguments(), config.protoMaxBulkLen()),
                        config.clientQueryBufferLimit(),
                        config.clientOutputBufferLimit(),
                        config.maxmemoryClients(),
                        config.sessionTimeout()),
                new ControlSettings(
                        version,
                        config.address(),
                        config.clusterNodesVersion() == ProxyConfig.ClusterNodesVersion.V2,
                        config.clusterSlotsVersion() == ProxyConfig.ClusterSlotsVersion.V2,
                        threads,
                        1,
                        config.activeRedirection(),
                        redirections(config),
                        config.backendAdminCommands()),
                new MigrationSettings(
                        config.migrationMaxKeys(),
                        config.migrationMaxBytes(),
                        config.migrationCleanupDelay().toMillis(),
                        config.migrationCleanupMaxKeys(),
                        config.migrationReplicaAck()),
                RegistrationSettings.of(config, self, replicas.announced(), nodes),
                tls,
                outside.file() == null ? null : outside.file().load());
    }

    /** How others reach the proxy: as it is told to announce, or where it listens for peers. */
    private static HostPort announced(ProxyConfig config) {
        Optional<HostPort> forPeers = config.tls().peers() ? config.tls().address() : Optional.empty();
        return config.announceAddress().or(() -> forPeers).orElse(config.address());
    }

    private static List<NodeAddress> nodes(ProxyConfig config) {
        List<String> addresses = config.nodeAddresses().orElse(List.of()).stream()
                .map(HostPort::toString)
                .toList();
        if (!addresses.isEmpty()
                && (addresses.size() != 2 || Set.copyOf(addresses).size() != 2)) {
            throw new InvalidSettingException(
                    "node_addresses", String.join(",", addresses), "expected two different addresses");
        }
        return addresses.stream().map(NodeAddress::new).toList();
    }

    private static BackendSettings.Login redisLogin(ProxyConfig config) {
        if (config.redisUser().isPresent() && config.redisPassword().isEmpty()) {
            throw new InvalidSettingException(
                    "redis_user", config.redisUser().get(), "expected redis_password beside it");
        }
        return new BackendSettings.Login(
                config.redisUser().orElse(null), config.redisPassword().orElse(null));
    }

    /** Does not name the value, which is a secret. */
    private static void requireBeside(String key, Optional<String> value, String other, Optional<String> otherValue) {
        if (value.isPresent() && otherValue.isEmpty()) {
            throw new InvalidSettingException(key, "…", "expected " + other + " beside it");
        }
    }

    /** How this proxy logs in to others, which have the same configuration. */
    private static BackendSettings.Login peerLogin(ProxyConfig config) {
        return config.controlSecret()
                .map(secret -> new BackendSettings.Login(AccessControl.CONTROL_USER, secret))
                .orElseGet(
                        () -> new BackendSettings.Login(null, config.password().orElse(null)));
    }

    /**
     * What {@code max_redirections} comes to: 0 once meant "without limit", and 1 would let no command be redirected.
     */
    private static int redirections(ProxyConfig config) {
        int value = config.maxRedirections();
        return value == 0 ? SessionSettings.MAX_REDIRECTIONS : Math.max(2, value);
    }
}
