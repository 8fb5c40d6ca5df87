package io.undermoon.proxy.migration;

/**
 * The limits on the load that migrations put on nodes.
 *
 * @param maxKeysPerSecond limit of keys copied by one migration; 0 for no limit
 * @param maxBytesPerSecond limit of serialized bytes copied by one migration; 0 for no limit
 * @param cleanupDelayMillis time from the commit until the source's keys are deleted, in which other proxies learn of
 *     the commit
 * @param cleanupKeysPerSecond limit of keys deleted after a migration; 0 for no limit
 * @param replicaAck when a replica of the destination has to acknowledge the keys before slots are switched
 */
public record MigrationSettings(
        long maxKeysPerSecond,
        long maxBytesPerSecond,
        long cleanupDelayMillis,
        long cleanupKeysPerSecond,
        ReplicaAck replicaAck) {
    public static final MigrationSettings DEFAULT = new MigrationSettings(0, 0, 10_000, 20_000, ReplicaAck.CONNECTED);

    /**
     * When a replica of the destination has to acknowledge the keys before slots are switched. Without it, a failover
     * right after the switch loses keys that the source had.
     */
    public enum ReplicaAck {
        /** Always; without a replica no slots are switched. */
        ALWAYS,
        /** When one is connected. */
        CONNECTED,
        /** When one is connected, for the first attempts to switch. */
        ATTEMPTED
    }
}
