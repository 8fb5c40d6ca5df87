package io.undermoon.broker.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMapping.NamingStrategy;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.undermoon.config.Converters;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.ClientAuth;
import io.undermoon.tls.TlsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of the broker: properties {@code undermoon.<key>} or environment variables {@code UNDERMOON_<KEY>}, with
 * the names of the original. A value that cannot be used stops the start.
 */
@ConfigMapping(prefix = "undermoon", namingStrategy = NamingStrategy.SNAKE_CASE)
public interface BrokerConfig {
    /**
     * Where the API listens, {@code host:port}. {@code quarkus.http.host} and {@code quarkus.http.port} override it.
     */
    @WithDefault(ListenAddress.DEFAULT)
    @WithConverter(Converters.Address.class)
    HostPort address();

    /**
     * {@code none} if everybody who reaches the API may call it. Without this and {@code accounts_file} the broker
     * listens on loopback only.
     */
    Optional<String> auth();

    /**
     * The accounts that may call the API: lines of a name, a role ({@code viewer}, {@code operator} or {@code admin}),
     * and {@code #} with the SHA-256 of a token or {@code certificate} with a subject.
     */
    Optional<String> accountsFile();

    /** How often that file is looked at. */
    @WithDefault("10s")
    @WithConverter(PositiveDuration.class)
    Duration accountsReloadInterval();

    /**
     * Names by which browsers and, without accounts, all callers reach the API, beside loopback names and IP addresses.
     */
    Optional<List<String>> allowedHosts();

    /**
     * Whether there is the web console at {@code /}, for which the broker asks all proxies how they are, every five
     * seconds and every second while somebody looks.
     */
    @WithDefault("true")
    @WithConverter(Converters.StrictBoolean.class)
    boolean console();

    /**
     * Whether the console shows data: names of hot keys, and to users of the clusters keys, values and a command line.
     * By default where there are accounts, or only this machine reaches the API.
     */
    Optional<@WithConverter(Converters.StrictBoolean.class) Boolean> consoleDataAccess();

    /** The token that the broker shows to the replicas. */
    Optional<String> brokerToken();

    /** A file with that token, read at each call. */
    Optional<String> brokerTokenFile();

    /** Seconds for which a failure report counts. */
    @WithDefault("60")
    @WithConverter(Converters.PositiveLong.class)
    long failureTtl();

    /** How many distinct reporters make a failure; 0 for a majority of the coordinators that are alive. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeInt.class)
    int failureQuorum();

    /** How many migrations of one cluster run at a time, one per source at most; 0 for no other limit. */
    @WithDefault("1")
    @WithConverter(Converters.NotNegativeInt.class)
    int migrationLimit();

    /** Where the metadata is kept: {@code file}, {@code etcd}, {@code kubernetes}, {@code http} or {@code memory}. */
    @WithDefault("file")
    String storageType();

    /** The file of the metadata, relative to the working directory. */
    @WithDefault("metadata")
    String metaFilename();

    /**
     * The original's switch to read the file at start. File storage always does; with {@code memory} it selects file
     * storage.
     */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean recoverFromMetaFile();

    /**
     * The original's switch to write the file. File storage always does; with {@code memory} it selects file storage.
     */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean autoUpdateMetaFile();

    /** Accepted for compatibility, without effect: every change is in the file before it is answered. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long updateMetaFileInterval();

    /**
     * Brokers that get a copy of the metadata from time to time, {@code host:port}, comma-separated. Changed by
     * {@code PUT /config}.
     */
    Optional<List<@WithConverter(Converters.Address.class) HostPort>> replicaAddresses();

    /** Seconds between two copies to the replicas; 0 for never. */
    @WithDefault("0")
    @WithConverter(Converters.NotNegativeLong.class)
    long syncMetaInterval();

    /** Proxies have an order, as in a Kubernetes StatefulSet; metadata that exists already decides for itself. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean enableOrderedProxy();

    /** With {@code http}: where the storage listens. */
    @WithDefault("localhost:9999")
    @WithConverter(Converters.Address.class)
    HostPort httpStorageAddress();

    /** With {@code http}: the name of the store, and of the user. */
    @WithDefault("my_storage_name")
    String storageName();

    /** With {@code http}: the password. */
    @WithDefault("my_storage_password")
    String storagePassword();

    /** With {@code http}: seconds between two reads, which find what other brokers have changed. */
    @WithDefault("30")
    @WithConverter(Converters.PositiveLong.class)
    long refreshInterval();

    /** Accepted for compatibility, without effect. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean debug();

    /**
     * Which values the proxies of a new cluster compress: {@code disabled}, {@code set_get_only}, {@code allow_all}.
     */
    @WithDefault("disabled")
    String compressionStrategy();

    /** For new clusters: seconds that a migration may take. */
    @WithDefault("10800")
    long migrationMaxMigrationTime();

    /** For new clusters: milliseconds for which commands may be held at the switch of a migration. */
    @WithDefault("10000")
    long migrationMaxBlockingTime();

    /** For new clusters: microseconds between two scans of a migration. */
    @WithDefault("500")
    long migrationScanInterval();

    /** For new clusters: keys per scan of a migration. */
    @WithDefault("16")
    long migrationScanCount();

    /** Whether masters are evened out by themselves, without the loss of a write, when a failover has skewed them. */
    @WithDefault("true")
    @WithConverter(Converters.StrictBoolean.class)
    boolean autoBalance();

    /** How long a chunk has to be quiet before: its copies in sync, no failure reported, no slots on the move. */
    @WithDefault("60s")
    @WithConverter(PositiveDuration.class)
    Duration autoBalanceDelay();

    /** How {@code POST /clusters/migrations/auto} waits for the proxies of new nodes. */
    AutoScaling autoScaling();

    /** The password that proxies ask of control connections; the same key as that of the coordinator. */
    Optional<String> proxyPassword();

    /** The control secret, which proxies have to prove to have as well. It is never sent. */
    Optional<String> controlSecret();

    /**
     * Whether to use proxies that do not prove that they have the control secret, and to tell them
     * {@code proxy_password}: while a secret is introduced, and with proxies of the original.
     */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean allowUnprovenProxies();

    /** How proxies are asked for their epochs. */
    ProxyClient proxyClient();

    /** How copies are sent to the replicas. */
    ReplicaClient replicaClient();

    /** Where the metadata is kept with {@code storage_type} {@code etcd}. */
    Etcd etcd();

    /** Where the metadata is kept with {@code storage_type} {@code kubernetes}. */
    Kubernetes kubernetes();

    /** TLS with those the broker calls; how it is called itself is a matter of Quarkus. */
    Tls tls();

    /** With whom TLS is spoken, and with which files. They are PEM, and followed while the broker runs. */
    interface Tls extends TlsConfig {
        /** Whether the proxies are connected to with TLS; their addresses in the metadata have to be those for it. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean proxies();

        /** Whether the replicas are called by https. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean replicas();

        /** Whether etcd, or the external storage, is called by https. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean storage();

        /**
         * Whether callers of the API have to show a certificate: {@code yes}, {@code optional}, or {@code no}. Those of
         * {@code quarkus.tls.trust-store} are trusted.
         */
        @WithDefault("no")
        ClientAuth authClients();

        /** Whose certificates are trusted; by default those the Java runtime trusts. */
        @Override
        Optional<String> caCertFile();

        /** The certificate to show where one is asked for, and those between it and its authority. */
        @Override
        Optional<String> certFile();

        /** The private key of the certificate, not encrypted. */
        @Override
        Optional<String> keyFile();

        /** Whether certificates have to be for the name or IP address their owner is reached by. */
        @Override
        @WithDefault("true")
        @WithConverter(Converters.StrictBoolean.class)
        boolean verifyHostname();

        /** How often the files are looked at. */
        @WithDefault("10s")
        @WithConverter(PositiveDuration.class)
        Duration reloadInterval();
    }

    /** How etcd is reached. */
    interface Etcd {
        /** Where its members answer clients, {@code host:port}, comma-separated. */
        @WithDefault("127.0.0.1:2379")
        List<@WithConverter(Converters.Address.class) HostPort> endpoints();

        /** What the keys begin with; all brokers of a system have the same, two systems have different ones. */
        @WithDefault("/undermoon/")
        String prefix();

        /** The user to log in as; none without authentication. */
        Optional<String> username();

        /** The password of the user. */
        Optional<String> password();

        /** For one call, at all endpoints together. A third of it is for each. */
        @WithDefault("3s")
        @WithConverter(PositiveDuration.class)
        Duration timeout();
    }

    /** How the API of Kubernetes is reached, and which objects are used there. */
    interface Kubernetes {
        /**
         * The URL of the API server. By default, in a pod, that of its own cluster, with the token and the authority of
         * its service account.
         */
        Optional<String> server();

        /** The namespace of the ConfigMaps; by default that of the pod. */
        Optional<String> namespace();

        /**
         * What the names of the ConfigMaps begin with; all brokers of a system have the same, two systems in one
         * namespace have different ones.
         */
        @WithDefault("undermoon-metadata")
        String name();

        /** A file with the token to show, read at each call; without {@code server} that of the service account. */
        Optional<String> tokenFile();

        /**
         * Whose certificates are trusted; without {@code server} those of the service account, else by default those
         * the Java runtime trusts.
         */
        Optional<String> caCertFile();

        /** The certificate to show, and those between it and its authority; none by default. */
        Optional<String> certFile();

        /** The private key of the certificate, not encrypted. */
        Optional<String> keyFile();

        /** For one call with its repetitions. A third of it is for each attempt. */
        @WithDefault("5s")
        @WithConverter(PositiveDuration.class)
        Duration timeout();
    }

    /** How automatic scaling waits. */
    interface AutoScaling {
        /** Between two rounds of asking the proxies. */
        @WithDefault("1s")
        Duration interval();

        /** When to give up with {@code PROXY_NOT_SYNC}. */
        @WithDefault("30s")
        Duration timeout();
    }

    /** How proxies are asked. */
    interface ProxyClient {
        /** For connecting, and again for the answer. */
        @WithDefault("1s")
        @WithConverter(PositiveDuration.class)
        Duration timeout();
    }

    /** How replicas are reached. */
    interface ReplicaClient {
        /** For one copy. */
        @WithDefault("10s")
        @WithConverter(PositiveDuration.class)
        Duration timeout();
    }
}
