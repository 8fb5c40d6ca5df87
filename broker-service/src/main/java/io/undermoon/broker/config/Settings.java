package io.undermoon.broker.config;

import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The configuration, checked and in the types of the broker.
 *
 * @param newClusterConfig what a new cluster starts with
 * @param replicaAddresses the initial replicas
 * @param syncMetaInterval between two copies to the replicas, zero for never
 */
public record Settings(
        MetadataWriter.Limits limits,
        StorageType storageType,
        ClusterConfig newClusterConfig,
        ClusterScaling.EpochPolling epochPolling,
        List<String> replicaAddresses,
        Duration syncMetaInterval) {

    /** The storages there are. */
    public enum StorageType {
        FILE,
        MEMORY
    }

    /**
     * Checks and converts the configuration.
     *
     * @throws IllegalArgumentException naming the key and its value if one cannot be used
     */
    public static Settings of(BrokerConfig config) {
        parsed("address", config.address(), HostPort::parse);
        atLeast("update_meta_file_interval", config.updateMetaFileInterval(), 0);
        List<String> replicas = config.replicaAddresses().orElse(List.of()).stream()
                .map(String::trim)
                .filter(address -> !address.isEmpty())
                .toList();
        replicas.forEach(address -> parsed("replica_addresses", address, HostPort::parse));
        return new Settings(
                new MetadataWriter.Limits(
                        Duration.ofSeconds(atLeast("failure_ttl", config.failureTtl(), 1)),
                        (int) Math.max(1, atLeast("failure_quorum", config.failureQuorum(), 0)),
                        (int) atLeast("migration_limit", config.migrationLimit(), 0)),
                storageType(config),
                newClusterConfig(config),
                new ClusterScaling.EpochPolling(
                        config.autoScaling().interval(), config.autoScaling().timeout()),
                replicas,
                Duration.ofSeconds(atLeast("sync_meta_interval", config.syncMetaInterval(), 0)));
    }

    private static StorageType storageType(BrokerConfig config) {
        return switch (config.storageType().trim().toLowerCase(Locale.ROOT)) {
            case "file" -> StorageType.FILE;
            // The original keeps the file beside the memory; whoever asked for the file must not lose it.
            case "memory" ->
                config.recoverFromMetaFile() || config.autoUpdateMetaFile() ? StorageType.FILE : StorageType.MEMORY;
            case "http" ->
                throw new IllegalArgumentException(
                        "undermoon.storage_type = 'http': not available yet in this version; use file or memory");
            default ->
                throw new IllegalArgumentException(
                        "undermoon.storage_type = '" + config.storageType() + "' is neither file nor memory");
        };
    }

    private static ClusterConfig newClusterConfig(BrokerConfig config) {
        ClusterConfig result = ClusterConfig.DEFAULT;
        result = with(result, "compression_strategy", config.compressionStrategy());
        result = with(result, "migration_max_migration_time", Long.toString(config.migrationMaxMigrationTime()));
        result = with(result, "migration_max_blocking_time", Long.toString(config.migrationMaxBlockingTime()));
        result = with(result, "migration_scan_interval", Long.toString(config.migrationScanInterval()));
        return with(result, "migration_scan_count", Long.toString(config.migrationScanCount()));
    }

    private static ClusterConfig with(ClusterConfig config, String field, String value) {
        return parsed(field, value, text -> config.with(field, text));
    }

    private static long atLeast(String key, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException("undermoon." + key + " = " + value + " is less than " + min);
        }
        return value;
    }

    private static <T> T parsed(String key, String value, Function<String, T> parse) {
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("undermoon." + key + " = '" + value + "': " + e.getMessage(), e);
        }
    }
}
