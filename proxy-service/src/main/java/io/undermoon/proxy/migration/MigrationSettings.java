package io.undermoon.proxy.migration;

/**
 * How much a migration may take of its two nodes.
 *
 * @param maxKeysPerSecond copied by one migration; 0 for no limit
 * @param maxBytesPerSecond copied by one migration, as serialized; 0 for no limit
 * @param cleanupDelayMillis after the metadata has the slots elsewhere, until their keys are removed: other proxies learn of it
 *     meanwhile
 * @param cleanupKeysPerSecond removed after a migration; 0 for no limit
 */
public record MigrationSettings(
        long maxKeysPerSecond, long maxBytesPerSecond, long cleanupDelayMillis, long cleanupKeysPerSecond) {
    public static final MigrationSettings DEFAULT = new MigrationSettings(0, 0, 10_000, 20_000);
}
