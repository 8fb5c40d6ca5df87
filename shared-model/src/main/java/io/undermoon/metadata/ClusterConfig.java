package io.undermoon.metadata;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a cluster, part of its metadata.
 *
 * <p>It has two forms on the wire: the nested JSON form, which is this record, and a flat form of text fields, used by
 * {@code PATCH /clusters/config}, by the {@code CONFIG} section of {@code UMCTL SETCLUSTER} and by the configuration
 * keys of the broker.
 *
 * @param maxLagOnFailover how many bytes of the replication stream a replica may be behind to become master by itself;
 *     absent, and not written, without such a limit
 * @param minReplicaAcks how many replicas are to have a write before it is acknowledged; absent, and not written, if
 *     none are waited for
 * @param copies how many copies of its data the cluster is to have: two, those of a chunk, and one for each hot spare
 *     of a chunk; absent, and not written, for two. It is for brokers and is not sent to proxies
 * @param limits what clients may use; absent, and not written, without any
 */
public record ClusterConfig(
        CompressionStrategy compressionStrategy,
        MigrationConfig migrationConfig,
        @Nullable Long maxLagOnFailover,
        @Nullable Integer minReplicaAcks,
        @Nullable Integer copies,
        @Nullable ClusterLimits limits) {
    /** The copies of a chunk without spares. */
    public static final int MIN_COPIES = 2;

    public static final int MAX_COPIES = 5;
    public static final ClusterConfig DEFAULT = new ClusterConfig(null, null, null, null, null, null);

    private static final String COMPRESSION_STRATEGY = "compression_strategy";
    private static final String MAX_MIGRATION_TIME = "migration_max_migration_time";
    private static final String MAX_BLOCKING_TIME = "migration_max_blocking_time";
    private static final String SCAN_INTERVAL = "migration_scan_interval";
    private static final String SCAN_COUNT = "migration_scan_count";
    private static final String MAX_LAG_ON_FAILOVER = "max_lag_on_failover";
    private static final String MIN_REPLICA_ACKS = "min_replica_acks";
    private static final String COPIES = "copies";
    private static final String LIMIT_COMMANDS = "limit_commands";
    private static final String LIMIT_BYTES = "limit_bytes";
    private static final String LIMIT_CONNECTIONS = "limit_connections";

    /** All fields of the flat form, those that may be absent included. */
    public static final List<String> FIELDS = List.of(
            COMPRESSION_STRATEGY,
            MAX_MIGRATION_TIME,
            MAX_BLOCKING_TIME,
            SCAN_INTERVAL,
            SCAN_COUNT,
            MAX_LAG_ON_FAILOVER,
            MIN_REPLICA_ACKS,
            COPIES,
            LIMIT_COMMANDS,
            LIMIT_BYTES,
            LIMIT_CONNECTIONS);

    /** One replica of each master may become master, that behind the other half of its chunk. */
    private static final int MAX_REPLICA_ACKS = 1;

    /** A missing component has its default. */
    public ClusterConfig(
            @Nullable CompressionStrategy compressionStrategy,
            @Nullable MigrationConfig migrationConfig,
            @Nullable Long maxLagOnFailover,
            @Nullable Integer minReplicaAcks,
            @Nullable Integer copies,
            @Nullable ClusterLimits limits) {
        if (maxLagOnFailover != null && maxLagOnFailover < 1) {
            throw new IllegalArgumentException("max_lag_on_failover " + maxLagOnFailover + " is less than 1");
        }
        if (minReplicaAcks != null && (minReplicaAcks < 1 || minReplicaAcks > MAX_REPLICA_ACKS)) {
            throw new IllegalArgumentException(
                    "min_replica_acks " + minReplicaAcks + " is not from 1 to " + MAX_REPLICA_ACKS);
        }
        if (copies != null && (copies < MIN_COPIES || copies > MAX_COPIES)) {
            throw new IllegalArgumentException("copies " + copies + " is not from " + MIN_COPIES + " to " + MAX_COPIES);
        }
        this.copies = copies == null || copies == MIN_COPIES ? null : copies;
        this.limits = ClusterLimits.NONE.equals(limits) ? null : limits;
        this.minReplicaAcks = minReplicaAcks;
        this.maxLagOnFailover = maxLagOnFailover;
        this.compressionStrategy = compressionStrategy == null ? CompressionStrategy.DISABLED : compressionStrategy;
        this.migrationConfig = migrationConfig == null ? MigrationConfig.DEFAULT : migrationConfig;
    }

    /** A field of the flat form that could not be set. */
    public static final class InvalidFieldException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private final String field;
        private final String value;

        InvalidFieldException(String reason, String field, String value, String expectation) {
            super(reason + ": " + field + " = '" + value + "', expected " + expectation);
            this.field = field;
            this.value = value;
        }

        public String field() {
            return field;
        }

        public String value() {
            return value;
        }
    }

    /** How many hot spares each chunk is to have. */
    public int wantedSpares() {
        return copies == null ? 0 : copies - MIN_COPIES;
    }

    /** This configuration without what is for brokers only. */
    public ClusterConfig forProxies() {
        return withCopies(null);
    }

    /**
     * The fields of the flat form that proxies are told, in a fixed order; without those that are absent, as proxies
     * that do not know a field use none of them.
     */
    public Map<String, String> toFields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put(COMPRESSION_STRATEGY, compressionStrategy.wireName());
        fields.put(MAX_MIGRATION_TIME, Long.toString(migrationConfig.maxMigrationTime()));
        fields.put(MAX_BLOCKING_TIME, Long.toString(migrationConfig.maxBlockingTime()));
        fields.put(SCAN_INTERVAL, Long.toString(migrationConfig.scanInterval()));
        fields.put(SCAN_COUNT, Long.toString(migrationConfig.scanCount()));
        if (maxLagOnFailover != null) {
            fields.put(MAX_LAG_ON_FAILOVER, Long.toString(maxLagOnFailover));
        }
        if (minReplicaAcks != null) {
            fields.put(MIN_REPLICA_ACKS, Integer.toString(minReplicaAcks));
        }
        if (limits != null) {
            put(fields, LIMIT_COMMANDS, limits.commands());
            put(fields, LIMIT_BYTES, limits.bytes());
            put(fields, LIMIT_CONNECTIONS, limits.connections());
        }
        return fields;
    }

    private static void put(Map<String, String> fields, String field, @Nullable Long limit) {
        if (limit != null) {
            fields.put(field, Long.toString(limit));
        }
    }

    /**
     * This configuration with one field of the flat form changed.
     *
     * @param field in any case, also {@code copies}; 0 stands for absent in those that may be
     * @throws InvalidFieldException {@code FIELD_NOT_FOUND} or {@code INVALID_VALUE}, naming field and value
     */
    public ClusterConfig with(String field, String value) {
        MigrationConfig m = migrationConfig;
        ClusterLimits present = limits == null ? ClusterLimits.NONE : limits;
        return switch (field.toLowerCase(Locale.ROOT)) {
            case COMPRESSION_STRATEGY ->
                new ClusterConfig(
                        compressionStrategy.changedTo(strategy(field, value)),
                        m,
                        maxLagOnFailover,
                        minReplicaAcks,
                        copies,
                        limits);
            case MAX_MIGRATION_TIME ->
                with(new MigrationConfig(
                        number(field, value, 0), m.maxBlockingTime(), m.scanInterval(), m.scanCount()));
            case MAX_BLOCKING_TIME ->
                with(new MigrationConfig(
                        m.maxMigrationTime(), number(field, value, 0), m.scanInterval(), m.scanCount()));
            case SCAN_INTERVAL ->
                with(new MigrationConfig(
                        m.maxMigrationTime(), m.maxBlockingTime(), number(field, value, 0), m.scanCount()));
            case SCAN_COUNT ->
                with(new MigrationConfig(
                        m.maxMigrationTime(), m.maxBlockingTime(), m.scanInterval(), number(field, value, 1)));
            case MAX_LAG_ON_FAILOVER -> {
                long bytes = number(field, value, 0);
                yield new ClusterConfig(compressionStrategy, m, orAbsent(bytes), minReplicaAcks, copies, limits);
            }
            case MIN_REPLICA_ACKS -> {
                int replicas = (int) Math.min(Integer.MAX_VALUE, number(field, value, 0));
                if (replicas > MAX_REPLICA_ACKS) {
                    throw new InvalidFieldException(
                            "INVALID_VALUE", field, value, "0 or 1, as one replica of each master may become master");
                }
                yield new ClusterConfig(
                        compressionStrategy, m, maxLagOnFailover, replicas == 0 ? null : replicas, copies, limits);
            }
            case COPIES -> {
                long number = number(field, value, MIN_COPIES);
                if (number > MAX_COPIES) {
                    throw new InvalidFieldException(
                            "INVALID_VALUE", field, value, MIN_COPIES + " to " + MAX_COPIES + ", hot spares included");
                }
                yield withCopies((int) number);
            }
            case LIMIT_COMMANDS ->
                with(new ClusterLimits(orAbsent(number(field, value, 0)), present.bytes(), present.connections()));
            case LIMIT_BYTES ->
                with(new ClusterLimits(present.commands(), orAbsent(number(field, value, 0)), present.connections()));
            case LIMIT_CONNECTIONS ->
                with(new ClusterLimits(present.commands(), present.bytes(), orAbsent(number(field, value, 0))));
            default ->
                throw new InvalidFieldException("FIELD_NOT_FOUND", field, value, "one of " + String.join(", ", FIELDS));
        };
    }

    private ClusterConfig with(MigrationConfig changed) {
        return new ClusterConfig(compressionStrategy, changed, maxLagOnFailover, minReplicaAcks, copies, limits);
    }

    private ClusterConfig with(ClusterLimits changed) {
        return new ClusterConfig(
                compressionStrategy, migrationConfig, maxLagOnFailover, minReplicaAcks, copies, changed);
    }

    /** This configuration with another number of copies; null for two. */
    public ClusterConfig withCopies(@Nullable Integer newCopies) {
        return new ClusterConfig(
                compressionStrategy, migrationConfig, maxLagOnFailover, minReplicaAcks, newCopies, limits);
    }

    private static @Nullable Long orAbsent(long number) {
        return number == 0 ? null : number;
    }

    private static CompressionStrategy strategy(String field, String value) {
        try {
            return CompressionStrategy.parse(value);
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException(
                    "INVALID_VALUE", field, value, "disabled, set_get_only, allow_all or decompress_only");
        }
    }

    private static long number(String field, String value, long min) {
        try {
            long number = Long.parseLong(value);
            if (number >= min) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with numbers that are too small.
        }
        throw new InvalidFieldException("INVALID_VALUE", field, value, "an integer of at least " + min);
    }
}
