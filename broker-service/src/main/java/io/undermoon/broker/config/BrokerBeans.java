package io.undermoon.broker.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.Startup;
import io.undermoon.broker.proxy.ProxyCall;
import io.undermoon.broker.proxy.RespMigrationControl;
import io.undermoon.broker.proxy.RespProxyEpochs;
import io.undermoon.broker.replica.ReplicaPush;
import io.undermoon.broker.state.MetaStore;
import io.undermoon.broker.storage.FileStorage;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.EpochRecovery;
import io.undermoon.broker.store.MetadataStore;
import io.undermoon.broker.store.MigrationAborts;
import io.undermoon.broker.store.ProgressBoard;
import io.undermoon.broker.store.ProxyEpochs;
import io.undermoon.broker.store.Vacancies;
import io.undermoon.json.Json;
import io.undermoon.tls.ServiceTls;
import io.undermoon.umctl.ProxyLogin;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.jboss.logging.Logger;

/** Wires the plain parts of the broker together. */
public final class BrokerBeans {
    /** How long clients may still connect to nodes that have lost all their slots. */
    private static final Duration TIME_TO_FORGET = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(BrokerBeans.class);

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
    MetadataStorage storage(BrokerConfig config, Settings settings) {
        MetaStore empty = MetaStore.empty(config.enableOrderedProxy());
        if (settings.storageType() == Settings.StorageType.MEMORY) {
            LOG.warn("The metadata will be lost when this process ends: storage=memory");
            return new MemoryStorage(empty);
        }
        Path file = Path.of(config.metaFilename());
        FileStorage storage = FileStorage.open(file, empty);
        MetaStore loaded = storage.load().state();
        LOG.infof(
                "Metadata loaded: storage=file file=%s epoch=%s clusters=%d proxies=%d",
                file.toAbsolutePath(),
                loaded.globalEpoch(),
                loaded.clusters().size(),
                loaded.allProxies().size());
        if (loaded.enableOrderedProxy() != config.enableOrderedProxy()) {
            LOG.warnf(
                    "The metadata file overrides the configuration: enable_ordered_proxy=%s configured=%s",
                    loaded.enableOrderedProxy(), config.enableOrderedProxy());
        }
        return storage;
    }

    void close(@Disposes MetadataStorage storage) {
        storage.close();
    }

    /** Made at start, so that a storage that cannot be used stops the start. */
    @Produces
    @Singleton
    @Startup
    MetadataStore store(MetadataStorage storage, Settings settings, Clock clock) {
        return new MetadataStore(storage, settings.limits(), clock);
    }

    @Produces
    @Singleton
    ServiceTls tls(BrokerConfig config) {
        return new ServiceTls(
                config.tls(), config.tls().proxies() || config.tls().replicas());
    }

    @Produces
    @Singleton
    ProxyCall proxyCall(Vertx vertx, BrokerConfig config, ServiceTls tls) {
        ProxyLogin login = new ProxyLogin(config.controlSecret(), config.proxyPassword());
        return new ProxyCall(
                vertx,
                config.proxyClient().timeout(),
                login,
                tls.where(config.tls().proxies()));
    }

    @Produces
    @Singleton
    ProxyEpochs proxyEpochs(ProxyCall call) {
        return new RespProxyEpochs(call);
    }

    @Produces
    @Singleton
    MigrationAborts aborts(MetadataStore store, ProxyCall call, ManagedExecutor executor) {
        return new MigrationAborts(store, new RespMigrationControl(call), executor);
    }

    @Produces
    @Singleton
    ProgressBoard progress(MetadataStore store) {
        return new ProgressBoard(store, System::nanoTime);
    }

    @Produces
    @Singleton
    ClusterScaling scaling(
            MetadataStore store,
            ProxyEpochs epochs,
            MigrationAborts aborts,
            ManagedExecutor executor,
            Settings settings) {
        return new ClusterScaling(
                store, epochs, aborts, new Vacancies(TIME_TO_FORGET, System::nanoTime), executor, settings.patience());
    }

    @Produces
    @Singleton
    EpochRecovery recovery(MetadataStore store, ProxyEpochs epochs, ManagedExecutor executor) {
        return new EpochRecovery(store, epochs, executor);
    }

    @Produces
    @Singleton
    ReplicaPush replicaPush(MetadataStore store, Settings settings, BrokerConfig config, ServiceTls tls) {
        return new ReplicaPush(
                store,
                settings.replicaAddresses(),
                config.replicaClient().timeout(),
                tls.where(config.tls().replicas()));
    }

    @Produces
    @Singleton
    ObjectMapperCustomizer json() {
        return new ObjectMapperCustomizer() {
            @Override
            public void customize(ObjectMapper mapper) {
                Json.configure(mapper);
            }
        };
    }
}
