package io.undermoon.proxy.config;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.control.ClientLimits;
import io.undermoon.proxy.control.ControlSettings;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.proxy.replication.LagLimits;
import io.undermoon.proxy.replication.ReplicationSettings;
import io.undermoon.proxy.session.SessionSettings;
import java.time.Duration;
import java.util.List;

/**
 * A {@link ProxyConfig} that was found valid, as what each room asks for.
 *
 * @param self the address the metadata knows this proxy by
 * @param nodes the Redis nodes behind this proxy, two or, when not configured, none
 * @param threads event loops, at least 1
 */
public record ProxySettings(
        HostPort address,
        ProxyAddress self,
        List<NodeAddress> nodes,
        int threads,
        BackendSettings backends,
        ReplicationSettings replication,
        AccessSettings access,
        LagLimits replicaLag,
        SessionSettings sessions,
        ClientLimits limits,
        ControlSettings control,
        SlowLogSettings slowLog,
        MigrationSettings migrations,
        Duration shutdownGrace,
        RegistrationSettings registration,
        TlsSettings tls) {
    /** What may wait for a connection that is being made; a second of small commands. */
    private static final int MAX_QUEUED_BYTES = 16 * 1024 * 1024;

    public ProxySettings {
        nodes = List.copyOf(nodes);
    }

    /** See {@link io.undermoon.proxy.control.SlowLog}. */
    public record SlowLogSettings(int capacity, long thresholdMicros, long sampleRate) {}

    /**
     * Checks every value.
     *
     * @param version of this program
     * @throws IllegalArgumentException a value is out of range; the message has its key, the value and what was expected
     */
    public static ProxySettings of(ProxyConfig config, String version) {
        ConfigChecks.checkUnused(config);
        HostPort address = ConfigChecks.address("address", config.address());
        TlsSettings tls = TlsSettings.of(config.tls(), address);
        ProxyAddress self = new ProxyAddress(ConfigChecks.address("announce_address", ConfigChecks.announced(config))
                .toString());
        List<NodeAddress> nodes = ConfigChecks.nodes(config.nodeAddresses().orElse(List.of()));
        int threads = (int) ConfigChecks.atLeast(0, "thread_number", config.threadNumber());
        int threadsUsed = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        BackendSettings.Login redis = ConfigChecks.redisLogin(config);
        SessionSettings sessions = sessions(config);
        return new ProxySettings(
                address,
                self,
                nodes,
                threadsUsed,
                backends(config, redis, tls),
                new ReplicationSettings(
                        ConfigChecks.positive("replication_check_interval", config.replicationCheckInterval()),
                        redis.user(),
                        redis.password()),
                AccessSettings.of(config),
                new LagLimits(
                        ConfigChecks.atLeast(0, "replica_max_lag_bytes", config.replicaMaxLagBytes()),
                        ConfigChecks.notNegative("replica_max_silence", config.replicaMaxSilence())),
                sessions,
                limits(config),
                control(config, version, address, threadsUsed, sessions),
                new SlowLogSettings(
                        (int) ConfigChecks.atLeast(1, "slowlog_len", config.slowlogLen()),
                        config.slowlogLogSlowerThan(),
                        ConfigChecks.atLeast(1, "slowlog_sample_rate", config.slowlogSampleRate())),
                new MigrationSettings(
                        ConfigChecks.atLeast(0, "migration_max_keys", config.migrationMaxKeys()),
                        ConfigChecks.atLeast(0, "migration_max_bytes", config.migrationMaxBytes()),
                        ConfigChecks.notNegative("migration_cleanup_delay", config.migrationCleanupDelay())
                                .toMillis(),
                        ConfigChecks.atLeast(0, "migration_cleanup_max_keys", config.migrationCleanupMaxKeys())),
                ConfigChecks.notNegative("shutdown_grace", config.shutdownGrace()),
                RegistrationSettings.of(config, self, nodes),
                tls);
    }

    private static BackendSettings backends(ProxyConfig config, BackendSettings.Login redis, TlsSettings tls) {
        return new BackendSettings(
                (int) ConfigChecks.atLeast(1, "backend_connect_timeout", config.backendConnectTimeout()),
                ConfigChecks.atLeast(1, "backend_timeout", config.backendTimeout()),
                MAX_QUEUED_BYTES,
                (int) ConfigChecks.atLeast(0, "max_pinned_connections", config.maxPinnedConnections()),
                redis,
                AccessSettings.peerLogin(config),
                tls.backends());
    }

    private static SessionSettings sessions(ProxyConfig config) {
        String elsewhere = config.defaultRedirectionAddress()
                .map(text -> ConfigChecks.address("default_redirection_address", text)
                        .toString())
                .orElse("");
        return new SessionSettings(
                config.activeRedirection(),
                ConfigChecks.redirections(config.maxRedirections()),
                (int) ConfigChecks.atLeast(1, "max_pipeline", config.maxPipeline()),
                elsewhere);
    }

    private static ClientLimits limits(ProxyConfig config) {
        return new ClientLimits(
                (int) ConfigChecks.atLeast(1, "maxclients", config.maxclients()),
                new RequestLimits((int) ConfigChecks.atLeast(1, "max_arguments", config.maxArguments()), (int)
                        ConfigChecks.commandSize("proto_max_bulk_len", config.protoMaxBulkLen())),
                ConfigChecks.commandSize("client_query_buffer_limit", config.clientQueryBufferLimit()),
                ConfigChecks.outputLimits("client_output_buffer_limit", config.clientOutputBufferLimit()),
                ConfigChecks.atLeast(0, "session_timeout", config.sessionTimeout()));
    }

    private static ControlSettings control(
            ProxyConfig config, String version, HostPort address, int threads, SessionSettings sessions) {
        return new ControlSettings(
                version,
                address,
                config.clusterNodesVersion() == ProxyConfig.ClusterNodesVersion.V2,
                threads,
                1,
                sessions.activeRedirection(),
                sessions.maxRedirections(),
                config.backendAdminCommands());
    }
}
