package io.undermoon.broker.config;

import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The configuration in the types of the broker.
 *
 * @param storageRefresh how often the storage is read without a notification
 * @param newClusterConfig what a new cluster starts with
 * @param replicaAddresses the initial replicas
 * @param syncMetaInterval between two copies to the replicas, zero for never
 */
public record Settings(
        MetadataWriter.Limits limits,
        StorageType storageType,
        Duration storageRefresh,
        ClusterConfig newClusterConfig,
        ClusterScaling.EpochPolling epochPolling,
        List<String> replicaAddresses,
        Duration syncMetaInterval) {

    /** Shows in time that a storage is away, and that it is back. */
    private static final Duration STORAGE_REFRESH = Duration.ofSeconds(1);

    /** The storages there are. */
    public enum StorageType {
        FILE,
        MEMORY,
        ETCD,
        KUBERNETES,
        HTTP
    }

    /**
     * Puts the configuration together.
     *
     * @throws InvalidSettingException a value does not fit the others, or is not known to this version
     */
    public static Settings of(BrokerConfig config) {
        StorageType storageType = storageType(config);
        return new Settings(
                new MetadataWriter.Limits(
                        Duration.ofSeconds(config.failureTtl()), config.failureQuorum(), config.migrationLimit()),
                storageType,
                storageType == StorageType.HTTP ? Duration.ofSeconds(config.refreshInterval()) : STORAGE_REFRESH,
                newClusterConfig(config),
                new ClusterScaling.EpochPolling(
                        config.autoScaling().interval(), config.autoScaling().timeout()),
                config.replicaAddresses().orElse(List.of()).stream()
                        .map(HostPort::toString)
                        .toList(),
                Duration.ofSeconds(config.syncMetaInterval()));
    }

    private static StorageType storageType(BrokerConfig config) {
        return switch (config.storageType().trim().toLowerCase(Locale.ROOT)) {
            case "file" -> StorageType.FILE;
            // The original keeps the file beside the memory. A configuration that asks for the file must not lose it.
            case "memory" ->
                config.recoverFromMetaFile() || config.autoUpdateMetaFile() ? StorageType.FILE : StorageType.MEMORY;
            case "etcd" -> StorageType.ETCD;
            case "kubernetes" -> StorageType.KUBERNETES;
            case "http" -> StorageType.HTTP;
            default ->
                throw new InvalidSettingException(
                        "storage_type", config.storageType(), "expected file, memory, etcd, kubernetes or http");
        };
    }

    private static ClusterConfig newClusterConfig(BrokerConfig config) {
        ClusterConfig result = ClusterConfig.DEFAULT;
        result = with(result, "compression_strategy", config.compressionStrategy());
        result = with(result, "migration_max_migration_time", config.migrationMaxMigrationTime());
        result = with(result, "migration_max_blocking_time", config.migrationMaxBlockingTime());
        result = with(result, "migration_scan_interval", config.migrationScanInterval());
        return with(result, "migration_scan_count", config.migrationScanCount());
    }

    private static ClusterConfig with(ClusterConfig config, String field, Object value) {
        try {
            return config.with(field, value.toString());
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(field, value, String.valueOf(e.getMessage()));
        }
    }
}
