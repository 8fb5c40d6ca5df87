package io.undermoon.broker.config;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.etcd.EtcdOptions;
import io.undermoon.broker.storage.etcd.EtcdStorage;
import io.undermoon.broker.storage.file.FileStorage;
import io.undermoon.broker.storage.http.HttpStorage;
import io.undermoon.tls.TlsContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Opens the storage that is configured. */
final class Storages {
    private static final Logger LOG = Logger.getLogger(Storages.class);

    /** For how long a broker that starts waits for a storage in the network; then it ends with an error. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(5);

    private Storages() {}

    /**
     * Returns when the metadata can be read.
     *
     * @param tls absent for plain HTTP
     * @throws StorageException if the storage cannot be used
     */
    static MetadataStorage open(BrokerConfig config, Settings settings, @Nullable TlsContext tls) {
        Metadata empty = Metadata.empty(config.enableOrderedProxy());
        MetadataStorage storage = make(config, settings.storageType(), empty, tls);
        if (settings.storageType() == Settings.StorageType.MEMORY) {
            LOG.warn("The metadata will be lost when this process ends: storage=memory");
            return storage;
        }
        Metadata loaded = awaitFirst(storage);
        LOG.infof(
                "Metadata loaded: storage=%s epoch=%s clusters=%d proxies=%d",
                storage,
                loaded.globalEpoch(),
                loaded.clusters().size(),
                loaded.allProxies().size());
        if (loaded.enableOrderedProxy() != config.enableOrderedProxy()) {
            LOG.warnf(
                    "The stored metadata overrides the configuration: enable_ordered_proxy=%s configured=%s",
                    loaded.enableOrderedProxy(), config.enableOrderedProxy());
        }
        return storage;
    }

    private static MetadataStorage make(
            BrokerConfig config, Settings.StorageType type, Metadata empty, @Nullable TlsContext tls) {
        return switch (type) {
            case MEMORY -> new MemoryStorage(empty);
            case FILE -> FileStorage.open(Path.of(config.metaFilename()), empty);
            case ETCD ->
                new EtcdStorage(
                        new EtcdOptions(
                                config.etcd().endpoints(),
                                config.etcd().prefix(),
                                config.etcd().username().orElse(""),
                                config.etcd().password().orElse(""),
                                config.etcd().timeout()),
                        empty,
                        tls);
            case KUBERNETES ->
                new KubernetesAccess(config.kubernetes(), System.getenv(), KubernetesAccess.SERVICE_ACCOUNT)
                        .open(empty);
            case HTTP ->
                new HttpStorage(
                        new HttpStorage.Options(
                                config.httpStorageAddress(),
                                config.storageName(),
                                config.storagePassword(),
                                HTTP_TIMEOUT),
                        empty,
                        tls);
        };
    }

    private static Metadata awaitFirst(MetadataStorage storage) {
        long start = System.nanoTime();
        while (true) {
            try {
                return storage.load().state();
            } catch (StorageException e) {
                if (!e.kind().isAway() || System.nanoTime() - start >= START_PATIENCE.toNanos()) {
                    storage.close();
                    throw e;
                }
                LOG.warnf("The start waits for the storage: error=%s", e.getMessage());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while the start waited for the storage", e);
        }
    }
}
