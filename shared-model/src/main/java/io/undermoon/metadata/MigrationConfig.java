package io.undermoon.metadata;

/**
 * The settings of slot migrations in a cluster.
 *
 * @param maxMigrationTime seconds
 * @param maxBlockingTime milliseconds that commands may be held at the switch
 * @param scanInterval microseconds
 * @param scanCount keys, {@code >= 1}
 */
public record MigrationConfig(long maxMigrationTime, long maxBlockingTime, long scanInterval, long scanCount) {
    public static final MigrationConfig DEFAULT = new MigrationConfig(10800, 10000, 500, 16);

    public MigrationConfig {
        requireNotNegative("max_migration_time", maxMigrationTime);
        requireNotNegative("max_blocking_time", maxBlockingTime);
        requireNotNegative("scan_interval", scanInterval);
        if (scanCount < 1) {
            throw new IllegalArgumentException("scan_count " + scanCount + " is less than 1");
        }
    }

    private static void requireNotNegative(String field, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(field + " " + value + " is negative");
        }
    }
}
