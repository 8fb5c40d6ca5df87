package io.undermoon.proxy.server;

import static java.util.stream.Collectors.toMap;

import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code INFO} of this proxy says, under the names that redis_exporter gives it, so that dashboards for Redis show
 * a proxy with its masters as one Redis. Read for each scrape.
 */
final class RedisMetrics extends Collector {
    private static final String PREFIX = "redis_";
    private static final long TIMEOUT_MILLIS = 2000;
    private static final double MICROS = 1e6;
    private static final double MILLIS = 1e3;

    /** A field of {@code INFO}, and its metric. */
    private static final Map<String, String> GAUGES = table("""
            uptime_in_seconds uptime_in_seconds
            process_id process_id
            connected_clients connected_clients
            blocked_clients blocked_clients
            tracking_clients tracking_clients
            maxclients max_clients
            cluster_connections cluster_connections
            client_recent_max_input_buffer client_recent_max_input_buffer_bytes
            client_recent_max_output_buffer client_recent_max_output_buffer_bytes
            allocator_active allocator_active_bytes
            allocator_allocated allocator_allocated_bytes
            allocator_resident allocator_resident_bytes
            allocator_frag_ratio allocator_frag_ratio
            allocator_frag_bytes allocator_frag_bytes
            allocator_rss_ratio allocator_rss_ratio
            allocator_rss_bytes allocator_rss_bytes
            used_memory memory_used_bytes
            used_memory_rss memory_used_rss_bytes
            used_memory_peak memory_used_peak_bytes
            used_memory_lua memory_used_lua_bytes
            used_memory_vm_eval memory_used_vm_eval_bytes
            used_memory_vm_total memory_used_vm_total
            used_memory_overhead memory_used_overhead_bytes
            used_memory_startup memory_used_startup_bytes
            used_memory_dataset memory_used_dataset_bytes
            used_memory_scripts memory_used_scripts_bytes
            used_memory_functions memory_used_functions_bytes
            number_of_cached_scripts number_of_cached_scripts
            number_of_functions number_of_functions
            number_of_libraries number_of_libraries
            maxmemory memory_max_bytes
            mem_fragmentation_ratio mem_fragmentation_ratio
            mem_fragmentation_bytes mem_fragmentation_bytes
            mem_clients_slaves mem_clients_slaves
            mem_clients_normal mem_clients_normal
            mem_not_counted_for_evict mem_not_counted_for_eviction_bytes
            lazyfree_pending_objects lazyfree_pending_objects
            active_defrag_running active_defrag_running
            total_system_memory total_system_memory_bytes
            loading loading_dump_file
            rdb_changes_since_last_save rdb_changes_since_last_save
            rdb_bgsave_in_progress rdb_bgsave_in_progress
            rdb_last_save_time rdb_last_save_timestamp_seconds
            rdb_last_bgsave_time_sec rdb_last_bgsave_duration_sec
            rdb_current_bgsave_time_sec rdb_current_bgsave_duration_sec
            rdb_last_cow_size rdb_last_cow_size_bytes
            aof_enabled aof_enabled
            aof_rewrite_in_progress aof_rewrite_in_progress
            aof_rewrite_scheduled aof_rewrite_scheduled
            pubsub_channels pubsub_channels
            pubsub_patterns pubsub_patterns
            pubsubshard_channels pubsubshard_channels
            latest_fork_usec latest_fork_usec
            connected_slaves connected_slaves
            master_repl_offset master_repl_offset
            repl_backlog_size replication_backlog_bytes
            repl_backlog_active repl_backlog_is_active
            repl_backlog_first_byte_offset repl_backlog_first_byte_offset
            repl_backlog_histlen repl_backlog_history_bytes
            cluster_enabled cluster_enabled
            """);

    private static final Map<String, String> COUNTERS = table("""
            total_connections_received connections_received
            total_commands_processed commands_processed
            rejected_connections rejected_connections
            total_net_input_bytes net_input_bytes
            total_net_output_bytes net_output_bytes
            expired_keys expired_keys
            evicted_keys evicted_keys
            keyspace_hits keyspace_hits
            keyspace_misses keyspace_misses
            total_error_replies total_error_replies
            used_cpu_sys cpu_sys_seconds
            used_cpu_user cpu_user_seconds
            lazyfreed_objects lazyfreed_objects
            """);

    private static final List<String> INSTANCE = List.of(
            "role", "redis_version", "redis_mode", "os", "maxmemory_policy", "tcp_port", "run_id", "process_id");

    private final Supplier<CompletionStage<String>> info;

    /**
     * @param info asks for the text of {@code INFO ALL}
     */
    RedisMetrics(Supplier<CompletionStage<String>> info) {
        this.info = info;
    }

    private static Map<String, String> table(String lines) {
        return lines.lines()
                .map(line -> line.split(" ", -1))
                .collect(toMap(words -> words[0], words -> words[1], (a, b) -> b, LinkedHashMap::new));
    }

    @Override
    public List<MetricFamilySamples> collect() {
        String text = ask();
        return text == null ? List.of(gauge("up", List.of(), List.of(), 0)) : families(fields(text));
    }

    /** Null if there is no answer in time. */
    private @Nullable String ask() {
        try {
            return info.get().toCompletableFuture().get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException | CompletionException e) {
            return null;
        }
    }

    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
        return fields;
    }

    private static List<MetricFamilySamples> families(Map<String, String> fields) {
        List<MetricFamilySamples> families = new ArrayList<>();
        families.add(gauge("up", List.of(), List.of(), 1));
        families.add(gauge(
                "instance_info",
                INSTANCE,
                INSTANCE.stream().map(name -> fields.getOrDefault(name, "")).toList(),
                1));
        GAUGES.forEach((field, name) -> {
            Double value = number(fields.get(field));
            if (value != null) {
                families.add(gauge(name, List.of(), List.of(), value));
            }
        });
        COUNTERS.forEach((field, name) -> {
            Double value = number(fields.get(field));
            if (value != null) {
                families.add(counters(name, List.of(), List.of(sample(name, List.of(), List.of(), value))));
            }
        });
        addCommands(families, fields);
        addErrors(families, fields);
        addKeyspace(families, fields);
        return families;
    }

    private static void addCommands(List<MetricFamilySamples> families, Map<String, String> fields) {
        List<MetricFamilySamples.Sample> calls = new ArrayList<>();
        List<MetricFamilySamples.Sample> seconds = new ArrayList<>();
        List<MetricFamilySamples.Sample> rejected = new ArrayList<>();
        List<MetricFamilySamples.Sample> failed = new ArrayList<>();
        String prefix = "cmdstat_";
        fields.forEach((field, value) -> {
            if (field.startsWith(prefix)) {
                List<String> command = List.of(field.substring(prefix.length()));
                Map<String, String> parts = parts(value);
                add(calls, "commands", "cmd", command, parts.get("calls"), 1);
                add(seconds, "commands_duration_seconds", "cmd", command, parts.get("usec"), MICROS);
                add(rejected, "commands_rejected_calls", "cmd", command, parts.get("rejected_calls"), 1);
                add(failed, "commands_failed_calls", "cmd", command, parts.get("failed_calls"), 1);
            }
        });
        families.add(counters("commands", List.of("cmd"), calls));
        families.add(counters("commands_duration_seconds", List.of("cmd"), seconds));
        families.add(counters("commands_rejected_calls", List.of("cmd"), rejected));
        families.add(counters("commands_failed_calls", List.of("cmd"), failed));
    }

    private static void addErrors(List<MetricFamilySamples> families, Map<String, String> fields) {
        List<MetricFamilySamples.Sample> errors = new ArrayList<>();
        String prefix = "errorstat_";
        fields.forEach((field, value) -> {
            if (field.startsWith(prefix)) {
                List<String> error = List.of(field.substring(prefix.length()));
                add(errors, "errors", "err", error, parts(value).get("count"), 1);
            }
        });
        families.add(counters("errors", List.of("err"), errors));
    }

    /** Clients have database 0 alone; it is shown when it is empty, too. */
    private static void addKeyspace(List<MetricFamilySamples> families, Map<String, String> fields) {
        Map<String, String> keyspace = parts(fields.getOrDefault("db0", "keys=0,expires=0,avg_ttl=0"));
        List<String> label = List.of("db");
        List<String> db = List.of("db0");
        families.add(gauge("db_keys", label, db, orZero(keyspace.get("keys"))));
        families.add(gauge("db_keys_expiring", label, db, orZero(keyspace.get("expires"))));
        families.add(gauge("db_avg_ttl_seconds", label, db, orZero(keyspace.get("avg_ttl")) / MILLIS));
    }

    private static double orZero(@Nullable String text) {
        Double value = number(text);
        return value == null ? 0 : value;
    }

    /** {@code calls=1,usec=2} as a map. */
    private static Map<String, String> parts(String value) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : value.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0) {
                parts.put(part.substring(0, equals), part.substring(equals + 1));
            }
        }
        return parts;
    }

    private static void add(
            List<MetricFamilySamples.Sample> samples,
            String name,
            String label,
            List<String> value,
            @Nullable String number,
            double divisor) {
        Double found = number(number);
        if (found != null) {
            samples.add(sample(name, List.of(label), value, found / divisor));
        }
    }

    private static MetricFamilySamples.Sample sample(
            String name, List<String> labels, List<String> values, double value) {
        return new MetricFamilySamples.Sample(PREFIX + name + "_total", labels, values, value);
    }

    private static MetricFamilySamples counters(
            String name, List<String> labels, List<MetricFamilySamples.Sample> samples) {
        return new MetricFamilySamples(PREFIX + name, Type.COUNTER, help(name), samples);
    }

    private static MetricFamilySamples gauge(String name, List<String> labels, List<String> values, double value) {
        return new MetricFamilySamples(
                PREFIX + name,
                Type.GAUGE,
                help(name),
                List.of(new MetricFamilySamples.Sample(PREFIX + name, labels, values, value)));
    }

    private static String help(String name) {
        return name + " of INFO, as redis_exporter names it.";
    }

    private static @Nullable Double number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
