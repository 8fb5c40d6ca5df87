package io.undermoon.broker.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.Startup;
import io.undermoon.broker.auth.AccessControl;
import io.undermoon.broker.data.CommandLine;
import io.undermoon.broker.data.DataAccess;
import io.undermoon.broker.data.KeyBrowser;
import io.undermoon.broker.observe.ClusterUsage;
import io.undermoon.broker.observe.History;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.proxy.RespFinishedMigrations;
import io.undermoon.broker.proxy.RespMigrationControl;
import io.undermoon.broker.proxy.RespProxyEpochs;
import io.undermoon.broker.proxy.RespProxyProbe;
import io.undermoon.broker.proxy.RespProxyReports;
import io.undermoon.broker.proxy.RespUsageProbe;
import io.undermoon.broker.replica.ReplicaPush;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.store.AutoBalance;
import io.undermoon.broker.store.ChangeCause;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.EmptyChunks;
import io.undermoon.broker.store.EpochRecovery;
import io.undermoon.broker.store.HotSpares;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.store.MigrationAborts;
import io.undermoon.broker.store.MigrationCommits;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.broker.store.ProxyEpochs;
import io.undermoon.client.BrokerToken;
import io.undermoon.client.RespClient;
import io.undermoon.json.Json;
import io.undermoon.tls.ServiceTls;
import io.undermoon.umctl.ProxyLogin;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.jspecify.annotations.Nullable;

/** Wires the plain parts of the broker together. */
public final class BrokerBeans {
    /** How long clients may still connect to nodes that have lost all their slots. */
    private static final Duration TIME_TO_FORGET = Duration.ofSeconds(30);

    /** With a round a second, a proxy that hangs is on the screen within two. */
    private static final Duration PROBE_TIMEOUT = Duration.ofMillis(600);

    /** A proxy may have to count the keys of its nodes. */
    private static final Duration USAGE_TIMEOUT = Duration.ofSeconds(10);

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Settings settings(BrokerConfig config) {
        return Settings.of(config);
    }

    @Produces
    @Singleton
    MetadataStorage storage(BrokerConfig config, Settings settings, ServiceTls tls) {
        return Storages.open(config, settings, tls.where(config.tls().storage()));
    }

    void close(@Disposes MetadataStorage storage) {
        storage.close();
    }

    /** Made at start, so that a storage that cannot be used stops the start. */
    @Produces
    @Singleton
    @Startup
    MetadataWriter metadata(MetadataStorage storage, Settings settings, Clock clock, ChangeCause.Source causes) {
        return new MetadataWriter(storage, settings.limits(), clock, causes);
    }

    @Produces
    @Singleton
    ServiceTls tls(BrokerConfig config) {
        return new ServiceTls(
                config.tls(),
                config.tls().proxies()
                        || config.tls().replicas()
                        || config.tls().storage());
    }

    /** Made at start, so that an API that is open by mistake stops the start. */
    @Produces
    @Singleton
    @Startup
    AccessControl access(BrokerConfig config, @ConfigProperty(name = "quarkus.http.host") String listenHost) {
        return AccessSettings.of(config, listenHost);
    }

    @Produces
    @Singleton
    RespClient proxyClient(BrokerConfig config, MetadataWriter metadata, ServiceTls tls, ManagedExecutor executor) {
        return new RespClient(
                1,
                config.proxyClient().timeout(),
                login(config, metadata),
                tls.where(config.tls().proxies()),
                executor);
    }

    private static ProxyLogin login(BrokerConfig config, MetadataWriter metadata) {
        return new ProxyLogin(
                config.controlSecret(),
                config.proxyPassword(),
                config.allowUnprovenProxies(),
                () -> installation(metadata.state()));
    }

    /** A broker without proxies calls those of the backup that it is given, and belongs to their installation then. */
    private static @Nullable String installation(Metadata state) {
        return state.isEmpty() ? null : state.installationId();
    }

    /** Its own client: what it asks must neither wait for the calls that changes need nor hold them up. */
    @Produces
    @Singleton
    RespProxyProbe proxyProbe(BrokerConfig config, MetadataWriter metadata, ServiceTls tls, ManagedExecutor executor) {
        return new RespProxyProbe(new RespClient(
                1,
                PROBE_TIMEOUT,
                login(config, metadata),
                tls.where(config.tls().proxies()),
                executor));
    }

    void close(@Disposes RespProxyProbe probe) {
        probe.close();
    }

    @Produces
    @Singleton
    ProxyObserver observer(RespProxyProbe probe) {
        return new ProxyObserver(probe, () -> System.nanoTime() / 1_000_000);
    }

    @Produces
    @Singleton
    RespUsageProbe usageProbe(BrokerConfig config, MetadataWriter metadata, ServiceTls tls, ManagedExecutor executor) {
        return new RespUsageProbe(new RespClient(
                1,
                USAGE_TIMEOUT,
                login(config, metadata),
                tls.where(config.tls().proxies()),
                executor));
    }

    void close(@Disposes RespUsageProbe probe) {
        probe.close();
    }

    @Produces
    @Singleton
    ClusterUsage usage(RespUsageProbe probe) {
        return new ClusterUsage(probe, () -> System.nanoTime() / 1_000_000);
    }

    @Produces
    @Singleton
    ConsoleDataAccess consoleDataAccess(
            BrokerConfig config, @ConfigProperty(name = "quarkus.http.host") String listenHost) {
        return ConsoleDataAccess.of(config, listenHost);
    }

    /** Its connections are logged in as nobody, and then as a user of a cluster. */
    @Produces
    @Singleton
    DataAccess dataAccess(BrokerConfig config, RespClient control, ServiceTls tls, ManagedExecutor executor) {
        RespClient ofUsers = new RespClient(
                1,
                DataAccess.STEP_TIMEOUT,
                ProxyLogin.NONE,
                tls.where(config.tls().proxies()),
                executor,
                DataAccess.MAX_REPLY_BYTES);
        return new DataAccess(ofUsers, control, System::nanoTime);
    }

    void close(@Disposes DataAccess access) {
        access.close();
    }

    @Produces
    @Singleton
    KeyBrowser keyBrowser(DataAccess access) {
        return new KeyBrowser(access, System::nanoTime);
    }

    @Produces
    @Singleton
    CommandLine commandLine(DataAccess access) {
        return new CommandLine(access);
    }

    @Produces
    @Singleton
    History history(Clock clock) {
        return new History(clock::millis);
    }

    void close(@Disposes RespClient client) {
        client.close();
    }

    @Produces
    @Singleton
    ProxyEpochs proxyEpochs(RespClient client) {
        return new RespProxyEpochs(client);
    }

    @Produces
    @Singleton
    MigrationCommits commits(MetadataWriter metadata, RespClient client, ManagedExecutor executor) {
        return new MigrationCommits(metadata, new RespFinishedMigrations(client), executor);
    }

    @Produces
    @Singleton
    MigrationAborts aborts(MetadataWriter metadata, RespClient client, ManagedExecutor executor) {
        return new MigrationAborts(metadata, new RespMigrationControl(client), executor);
    }

    @Produces
    @Singleton
    MigrationProgressCache progress(MetadataWriter metadata) {
        return new MigrationProgressCache(metadata, System::nanoTime);
    }

    @Produces
    @Singleton
    ClusterScaling scaling(
            MetadataWriter metadata,
            ProxyEpochs epochs,
            MigrationAborts aborts,
            ManagedExecutor executor,
            Settings settings) {
        return new ClusterScaling(
                metadata,
                epochs,
                aborts,
                new EmptyChunks(TIME_TO_FORGET, System::nanoTime),
                executor,
                settings.epochPolling());
    }

    @Produces
    @Singleton
    AutoBalance autoBalance(MetadataWriter metadata, BrokerConfig config) {
        return new AutoBalance(metadata, config.autoBalanceDelay(), System::nanoTime);
    }

    @Produces
    @Singleton
    HotSpares hotSpares(MetadataWriter metadata) {
        return new HotSpares(metadata);
    }

    @Produces
    @Singleton
    EpochRecovery recovery(MetadataWriter metadata, RespClient client, ManagedExecutor executor) {
        return new EpochRecovery(metadata, new RespProxyReports(client), executor);
    }

    @Produces
    @Singleton
    ReplicaPush replicaPush(MetadataWriter metadata, Settings settings, BrokerConfig config, ServiceTls tls) {
        return new ReplicaPush(
                metadata,
                settings.replicaAddresses(),
                config.replicaClient().timeout(),
                tls.where(config.tls().replicas()),
                BrokerToken.of(config.brokerToken(), config.brokerTokenFile()));
    }

    @Produces
    @Singleton
    ObjectMapperCustomizer json() {
        return new ObjectMapperCustomizer() {
            @Override
            public void customize(ObjectMapper mapper) {
                Json.refuseMistakes(Json.configure(mapper));
            }
        };
    }
}
