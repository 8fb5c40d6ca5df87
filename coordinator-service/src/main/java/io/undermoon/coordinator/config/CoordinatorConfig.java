package io.undermoon.coordinator.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.undermoon.config.Converters;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of the coordinator: properties {@code undermoon.<key>}, environment {@code UNDERMOON_<KEY>}. A value
 * that cannot be used stops the start with its name and value. A duration is a number of seconds or a number with a
 * unit, such as {@code 500ms}.
 */
@ConfigMapping(prefix = "undermoon", namingStrategy = ConfigMapping.NamingStrategy.SNAKE_CASE)
public interface CoordinatorConfig {
    /** Where the RESP admin port listens. */
    @WithDefault("127.0.0.1:6699")
    @WithConverter(Converters.Address.class)
    HostPort address();

    /**
     * The password of the admin port. Without it the port listens on loopback only, unless {@code auth} says otherwise.
     */
    Optional<String> adminPassword();

    /** {@code none} if everybody who reaches the admin port may use it. */
    Optional<String> auth();

    /** The brokers, separated by commas. The one that answers is kept; {@code CONFIG SET brokers} replaces the list. */
    @WithDefault("127.0.0.1:7799")
    List<@WithConverter(Converters.Address.class) HostPort> brokerAddress();

    /** The token of an operator that is shown to brokers with accounts. */
    Optional<String> brokerToken();

    /** A file with that token, read at each call. */
    Optional<String> brokerTokenFile();

    /**
     * The name under which failures are reported; the broker counts different names, so each coordinator needs its own.
     * By default the address and the name of the host, {@code 0.0.0.0:6699@host-a}. Letters, digits and {@code . _ : @
     * ~ -}.
     */
    @WithConverter(CoordinatorConverters.ReporterId.class)
    Optional<String> reporterId();

    /** Threads for the connections to proxies. */
    @WithDefault("4")
    @WithConverter(CoordinatorConverters.ThreadNumber.class)
    int threadNumber();

    /** How long to wait for a connection to a proxy, and again for each of its answers. */
    @WithDefault("2")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration proxyTimeout();

    /** How long a probe of a proxy may take. */
    @WithDefault("500ms")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration probeTimeout();

    /** How often each proxy is probed; less often where there are many, a thousand of them once a second. */
    @WithDefault("300ms")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration probeInterval();

    /** How long a proxy may not answer before it is reported as failed; half of it when it refuses connections. */
    @WithDefault("1s")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration proxyFailureTimeout();

    /** The password that proxies ask of control connections. */
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

    /** Whether to ask the broker for compressed replies and to send slots to proxies in the compressed form. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean enableCompression();

    /** Whether to do no failovers; failures are still detected and reported. */
    @WithDefault("false")
    @WithConverter(Converters.StrictBoolean.class)
    boolean disableFailover();

    /**
     * How long a Redis master may be silent, as its proxy sees it, before the proxy is reported as failed. One whose
     * process has ended is not waited for.
     */
    @WithDefault("5s")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration nodeFailureTimeout();

    /**
     * Whether proxies serve only while they hold a lease, which their partners renew, or coordinators: the same at all
     * coordinators. Without it, a proxy that stands still and goes on may acknowledge writes that are lost.
     */
    @WithDefault("true")
    @WithConverter(Converters.StrictBoolean.class)
    boolean leases();

    /** Whether a broker that is found to be behind its proxies is to learn from them and lift its epochs. */
    @WithDefault("true")
    @WithConverter(Converters.StrictBoolean.class)
    boolean recoverEpochs();

    /** How long a whole call to a broker may take. */
    @WithDefault("5s")
    @WithConverter(CoordinatorConverters.PositiveDuration.class)
    Duration brokerTimeout();

    /** How often each loop runs but the probing of proxies, one second at least. */
    @WithDefault("1s")
    @WithConverter(CoordinatorConverters.RoundInterval.class)
    Duration roundInterval();

    /** TLS to brokers and proxies. */
    Tls tls();

    /** With whom TLS is spoken, and with which files. They are PEM, and followed while the coordinator runs. */
    interface Tls extends TlsConfig {
        /** Whether the brokers are asked by https. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean brokers();

        /** Whether the proxies are connected to with TLS; their addresses in the metadata have to be those for it. */
        @WithDefault("false")
        @WithConverter(Converters.StrictBoolean.class)
        boolean proxies();

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
        @WithConverter(CoordinatorConverters.PositiveDuration.class)
        Duration reloadInterval();
    }
}
