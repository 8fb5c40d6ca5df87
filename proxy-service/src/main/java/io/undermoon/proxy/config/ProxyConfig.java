package io.undermoon.proxy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.undermoon.config.Converters;
import io.undermoon.metadata.HostPort;
import io.undermoon.proxy.client.OutputLimits;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.TlsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The configuration of a proxy: property {@code undermoon.<key>}, environment variable {@code UNDERMOON_<KEY>}. A value
 * that its converter refuses stops the start. Keys without effect are checked too: a wrong value shows a mistake.
 */
@ConfigMapping(prefix = "undermoon", namingStrategy = NamingStrategy.SNAKE_CASE)
public interface ProxyConfig {
    /** Where clients and peers are listened for, {@code host:port}. */
    @WithDefault("127.0.0.1:5299")
    @WithConverter(Converters.Address.class)
    HostPort address();

    /** The address the metadata knows this proxy by and clients are told; default: {@code address}. */
    @WithConverter(Converters.Address.class)
    Optional<HostPort> announceAddress();

    /**
     * The port, on the host of {@code address}, where clients are listened for that this proxy serves as a replica
     * does; 0 for none. Default: that of {@code address} plus 10000, or none where there is no such port or
     * {@code announce_address} has another port than the proxy listens on. With {@code tls.address} there is a port for
     * TLS too, at the same distance from it.
     */
    @WithConverter(ProxyConverters.Port.class)
    Optional<Integer> replicaPort();

    /**
     * The address clients are told for the replicas behind this proxy; default: {@code replica_port} at the host of
     * {@code announce_address}.
     */
    @WithConverter(Converters.Address.class)
    Optional<HostPort> announceReplicaAddress();

    /**
     * The two Redis nodes behind this proxy, {@code host:port}, separated by a comma. Needed to register; without it
     * any node on the host of {@code announce_address} is taken for one of its own.
     */
    Optional<List<@WithConverter(Converters.Address.class) HostPort>> nodeAddresses();

    /** The brokers to register with, {@code host:port}, separated by commas; without it the proxy does not register. */
    Optional<List<@WithConverter(Converters.HttpAddress.class) HostPort>> brokerAddress();

    /** The token of an operator that is shown to brokers with accounts. */
    Optional<String> brokerToken();

    /** A file with that token, read at each call. */
    Optional<String> brokerTokenFile();

    /**
     * The failure domain: two proxies of one host are not put into one chunk. Default: the host of
     * {@code announce_address}.
     */
    Optional<String> host();

    /** The place of this proxy in ordered mode, from 0. */
    @WithConverter(Converters.NotNegativeInt.class)
    Optional<Integer> index();

    /** How often the proxy asks the broker whether it is still registered and in service. */
    @WithDefault("5s")
    @WithConverter(ProxyConverters.PositiveDuration.class)
    Duration registrationInterval();

    /**
     * Whether a proxy has ended when connections to it are refused: then its partner takes over at once, else when its
     * lease is over. To be false where something else refuses connections for a proxy that runs, such as a firewall or
     * a load balancer.
     */
    @WithDefault("true")
    @WithConverter(Converters.StrictBoolean.class)
    boolean leaseTrustRefused();

    /** How often each Redis node is looked at: its health, its role, its link. */
    @WithDefault("300ms")
    @WithConverter(ProxyConverters.PositiveDuration.class)
    Duration replicationCheckInterval();

    /**
     * How many bytes of its master's replication stream a replica may be behind and still serve the reads of clients
     * with {@code READONLY}; 0 for any number.
     */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long replicaMaxLagBytes();

    /**
     * How long ago such a replica may have heard of its master, which speaks every ten seconds at least; 0 for any
     * time.
     */
    @WithDefault("0s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration replicaMaxSilence();

    /** How long commands in flight are waited for when the proxy ends. */
    @WithDefault("5s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration shutdownGrace();

    /** How many keys a migration of slots copies per second at most; 0 for no limit. It also slows down by itself. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long migrationMaxKeys();

    /**
     * How many bytes of values, as serialized by Redis, a migration of slots copies per second at most; 0 for no limit.
     */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long migrationMaxBytes();

    /**
     * How long after slots were given away their keys are removed from the node; other proxies learn of it meanwhile.
     */
    @WithDefault("10s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration migrationCleanupDelay();

    /** How many keys of slots that were given away are removed per second at most; 0 for no limit. */
    @WithDefault("20000")
    @WithConverter(Converters.NotNegativeLong.class)
    long migrationCleanupMaxKeys();

    /**
     * With active redirection: how long commands that cannot be sent wait for a failover, from when the node or peer
     * was lost; 0 for not at all.
     */
    @WithDefault("10s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration failoverWait();

    /**
     * When a replica of the destination has to acknowledge the keys before slots are switched: {@code always},
     * {@code connected} for when one is connected, {@code attempted} for the first three attempts to switch only.
     */
    @WithDefault("always")
    MigrationSettings.ReplicaAck migrationReplicaAck();

    /** How many slow commands are kept. */
    @WithDefault("1024")
    @WithConverter(Converters.PositiveInt.class)
    int slowlogLen();

    /** Commands that take longer, in microseconds, are kept in the slow log; all when negative. */
    @WithDefault("50000")
    long slowlogLogSlowerThan();

    /** One of so many commands is looked at for the slow log. */
    @WithDefault("1000")
    @WithConverter(Converters.PositiveLong.class)
    long slowlogSampleRate();

    /** Whether {@code CLUSTER SLOT-STATS} has more than the number of keys of each slot. */
    @WithDefault("false")
    boolean clusterSlotStatsEnabled();

    /** Event loops; 0 for one per processor. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeInt.class)
    int threadNumber();

    /** How many clients may be connected. */
    @WithDefault("10000")
    @WithConverter(Converters.PositiveInt.class)
    int maxclients();

    /** How large an argument of a command may be, in bytes or with a unit such as {@code 512mb}. */
    @WithDefault("512mb")
    @WithConverter(ProxyConverters.CommandSize.class)
    int protoMaxBulkLen();

    /** How many arguments a command may have, its name included. */
    @WithDefault("1048576")
    @WithConverter(Converters.PositiveInt.class)
    int maxArguments();

    /** How much of a command that is not whole may be held for one client, in bytes or with a unit. */
    @WithDefault("1gb")
    @WithConverter(ProxyConverters.CommandSize.class)
    int clientQueryBufferLimit();

    /**
     * How much may wait for clients that do not take it: class, hard limit, soft limit and its seconds, for one or both
     * of the classes {@code normal} and {@code pubsub}. 0 for no limit.
     */
    @WithDefault("normal 0 0 0 pubsub 32mb 8mb 60")
    @WithConverter(ProxyConverters.BufferLimits.class)
    OutputLimits clientOutputBufferLimit();

    /**
     * How much memory all clients together may make the proxy hold: bytes, with or without a unit, or a share of the
     * limit of direct memory such as {@code 50%}; 0 for no limit. Beyond it the client that holds most is disconnected.
     */
    @WithDefault("50%")
    @WithConverter(ProxyConverters.ClientsMemory.class)
    long maxmemoryClients();

    /** How many commands of one client may wait for their replies before the client is no longer read from. */
    @WithDefault("1024")
    @WithConverter(Converters.PositiveInt.class)
    int maxPipeline();

    /** Milliseconds after which an idle client is disconnected; 0 for never. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long sessionTimeout();

    /**
     * Milliseconds without any reply after which a node or peer with commands in flight is asked on another connection
     * whether it is alive. If it cannot be connected to, the connection is given up.
     */
    @WithDefault("3000")
    @WithConverter(Converters.PositiveLong.class)
    long backendTimeout();

    /**
     * Milliseconds for which a node that can be connected to may answer nothing, because of a slow command, before it
     * counts as hanging. A node that says that it is busy with a script may take any time.
     */
    @WithDefault("10000")
    @WithConverter(Converters.PositiveLong.class)
    long backendSilenceTimeout();

    /** Milliseconds that an attempt to connect to a node may take. */
    @WithDefault("1000")
    @WithConverter(Converters.PositiveInt.class)
    int backendConnectTimeout();

    /**
     * How many connections of each event loop may serve one client alone: for watched and tracked keys and blocking
     * commands.
     */
    @WithDefault("1000")
    @WithConverter(Converters.NotNegativeInt.class)
    int maxPinnedConnections();

    /** Password that clients have to give with AUTH: that of the user default. None by default. */
    Optional<String> password();

    /** File of users with their rules, a line for each as in an ACL file of Redis; none by default. */
    Optional<String> usersFile();

    /** How often the file of users is looked at for changes; 0 for only when ACL LOAD is sent. */
    @WithDefault("10s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration usersFileInterval();

    /**
     * Secret that coordinators, brokers and other proxies give, as password of the user undermoon-control. With it
     * UMCTL, CONFIG SET and UMFORWARD are for them alone. None by default.
     */
    Optional<String> controlSecret();

    /**
     * A second control secret that is accepted from others, while one is replaced by the other on all of them. None by
     * default; needs {@link #controlSecret}.
     */
    Optional<String> acceptedControlSecret();

    /** Whether users with the right to them may send DEBUG, MEMORY, LATENCY and CONFIG to the Redis nodes. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean backendAdminCommands();

    /** User with which the proxy logs in to its Redis nodes; the default user if absent. */
    Optional<String> redisUser();

    /** Password with which the proxy logs in to its Redis nodes; none by default. */
    Optional<String> redisPassword();

    /**
     * A second password of that user, while one is replaced by the other: replicas behind proxies that use it are let
     * in, too. None by default; needs {@link #redisPassword}.
     */
    Optional<String> acceptedRedisPassword();

    /**
     * Whether reads are answered while the proxy has no lease, with what its nodes have then: another proxy may have
     * taken their slots over and got newer writes. Writes are refused as ever.
     */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean allowStaleReads();

    /**
     * How often the Redis nodes are asked which clients they have, to notice those that did not come through a proxy; 0
     * for never.
     */
    @WithDefault("5s")
    @WithConverter(ProxyConverters.NotNegativeDuration.class)
    Duration nodeClientsInterval();

    /** Whether commands for slots of other proxies are carried out for the client instead of answered with MOVED. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean activeRedirection();

    /**
     * How many proxies may look at a redirected command, 2 to 4. 0, once "without limit", is taken for 4, and 1, which
     * would let no command be redirected, for 2.
     */
    @WithDefault("4")
    @WithConverter(ProxyConverters.Redirections.class)
    int maxRedirections();

    /**
     * Whether a transaction ({@code MULTI}) may have keys in several slots and is then carried out as one transaction
     * for each slot, one after the other: not atomic as a whole. Needs {@link #activeRedirection}.
     */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean splitTransactions();

    /** Where clients are sent, {@code host:port}, while this proxy belongs to no cluster; nowhere by default. */
    @WithConverter(Converters.Address.class)
    Optional<HostPort> defaultRedirectionAddress();

    /** Shape of CLUSTER NODES: {@code v2} with a bus port after the address, {@code v1} without. */
    @WithDefault("v2")
    ClusterNodesVersion clusterNodesVersion();

    /**
     * Shape of a node in CLUSTER SLOTS: {@code v2} as of Redis 7, with a fourth element for its host name, {@code v1}
     * with address, port and id.
     */
    @WithDefault("v2")
    ClusterSlotsVersion clusterSlotsVersion();

    /** Where TLS is spoken and with which files; nowhere by default. */
    Tls tls();

    /** Clients that reach proxies under other addresses than those in the metadata; none by default. */
    External external();

    /** Accepted for the sake of existing configurations; each event loop has one connection per node. */
    @WithConverter(Converters.PositiveInt.class)
    Optional<Integer> backendConnNum();

    /**
     * Accepted for the sake of existing configurations: {@code disabled}, {@code fixed} or {@code dynamic}; commands
     * are batched per turn of the event loop.
     */
    @WithConverter(ProxyConverters.BatchStrategy.class)
    Optional<String> backendBatchStrategy();

    /** Accepted for the sake of existing configurations, without effect. */
    @WithConverter(Converters.PositiveInt.class)
    Optional<Integer> backendFlushSize();

    /** Accepted for the sake of existing configurations, without effect. */
    @WithConverter(Converters.PositiveInt.class)
    Optional<Integer> backendLowFlushInterval();

    /** Accepted for the sake of existing configurations, without effect. */
    @WithConverter(Converters.PositiveInt.class)
    Optional<Integer> backendHighFlushInterval();

    /** TLS. The files are PEM and are followed while the proxy runs. */
    interface Tls extends TlsConfig {
        /** Where clients with TLS are listened for, {@code host:port}; the same as {@code address} for TLS only. */
        @WithConverter(Converters.Address.class)
        Optional<HostPort> address();

        /**
         * The certificate of this proxy and those between it and its authority. Shown to clients, peers, Redis and
         * brokers.
         */
        @Override
        Optional<String> certFile();

        /** The private key of the certificate, not encrypted. */
        @Override
        Optional<String> keyFile();

        /** Whose certificates are trusted; by default those the Java runtime trusts. */
        @Override
        Optional<String> caCertFile();

        /** Whether clients have to show a certificate: {@code yes}, {@code optional}, or {@code no}. */
        @WithDefault("no")
        ClientAuth authClients();

        /** Whether peers are connected to with TLS; the addresses in the metadata are those for TLS then. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean peers();

        /** Whether the Redis nodes are connected to with TLS. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean redis();

        /** Whether the brokers are asked by https. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean broker();

        /**
         * Whether certificates of peers, nodes and brokers have to be for the name or IP address they are reached by.
         */
        @Override
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean verifyHostname();

        /**
         * From the plain port that others reach a proxy by to that for TLS, the same on all proxies; by default the
         * difference of the ports of {@code tls.address} and {@code address}.
         */
        OptionalInt portOffset();

        /** How often the files are looked at. */
        @WithDefault("10s")
        @WithConverter(ProxyConverters.PositiveDuration.class)
        Duration reloadInterval();
    }

    /** Clients from outside. */
    interface External {
        /** Where they are listened for, {@code host:port}; with TLS if there is {@code tls.address}. */
        @WithConverter(Converters.Address.class)
        Optional<HostPort> address();

        /** The port, on the same host, where they are listened for as by a replica; 0, as without it, for none. */
        @WithConverter(ProxyConverters.Port.class)
        Optional<Integer> replicaPort();

        /** File of the addresses they are told, a line {@code <address in the metadata> <address outside>} for each. */
        Optional<String> addressesFile();

        /** How often the file is looked at. */
        @WithDefault("1s")
        @WithConverter(ProxyConverters.PositiveDuration.class)
        Duration addressesInterval();
    }

    /** Shapes of CLUSTER SLOTS. */
    enum ClusterSlotsVersion {
        V1,
        V2
    }

    /** Shapes of CLUSTER NODES. */
    enum ClusterNodesVersion {
        V1,
        V2
    }
}
