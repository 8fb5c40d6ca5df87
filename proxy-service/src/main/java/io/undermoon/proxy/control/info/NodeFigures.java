package io.undermoon.proxy.control.info;

import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.KeyspaceFigures;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What the masters behind this proxy say of themselves, together: amounts are summed up, and a state is the worst of
 * them. Without a master all figures are 0. Immutable.
 *
 * @param replicas what the replicas say; empty if they are of no interest
 * @param keyspace of the masters that own slots
 */
record NodeFigures(List<InfoReport> masters, List<InfoReport> replicas, KeyspaceFigures keyspace) {
    /** When no node is asked. */
    static final NodeFigures NONE = new NodeFigures(List.of(), List.of(), KeyspaceFigures.NONE);

    private static final String OK = "ok";

    NodeFigures {
        masters = List.copyOf(masters);
        replicas = List.copyOf(replicas);
    }

    private LongStream each(String field) {
        return masters.stream().mapToLong(master -> master.number(field));
    }

    private long sum(String field) {
        return each(field).sum();
    }

    private long most(String field) {
        return each(field).max().orElse(0);
    }

    private long least(String field) {
        return each(field).min().orElse(0);
    }

    private NodeFigures sums(InfoText text, String... fields) {
        for (String field : fields) {
            text.field(field, sum(field));
        }
        return this;
    }

    /** Sums of fields with decimals. */
    private NodeFigures decimalSums(InfoText text, String... fields) {
        for (String field : fields) {
            text.decimal(
                    field,
                    masters.stream()
                            .mapToDouble(master -> master.decimal(field))
                            .sum());
        }
        return this;
    }

    private NodeFigures most(InfoText text, String... fields) {
        for (String field : fields) {
            text.field(field, most(field));
        }
        return this;
    }

    /** The memory of the nodes; no limit of one of them is no limit. */
    void memory(InfoText text) {
        long used = sum("used_memory");
        long resident = sum("used_memory_rss");
        long peak = sum("used_memory_peak");
        long dataset = sum("used_memory_dataset");
        text.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", peak)
                .field("used_memory_peak_perc", percent(used, peak))
                .field("used_memory_dataset_perc", percent(dataset, used - sum("used_memory_startup")));
        sums(
                text,
                "used_memory_overhead",
                "used_memory_startup",
                "used_memory_dataset",
                "used_memory_lua",
                "used_memory_vm_eval",
                "used_memory_vm_functions",
                "used_memory_vm_total",
                "used_memory_scripts_eval",
                "used_memory_scripts",
                "used_memory_functions",
                "allocator_allocated",
                "allocator_active",
                "allocator_resident",
                "allocator_frag_bytes",
                "allocator_rss_bytes",
                "rss_overhead_bytes",
                "mem_fragmentation_bytes",
                "mem_not_counted_for_evict",
                "mem_replication_backlog",
                "mem_total_replication_buffers",
                "mem_clients_slaves",
                "mem_cluster_links",
                "mem_aof_buffer");
        // Scripts and libraries are on all masters.
        most(text, "number_of_cached_scripts", "number_of_functions", "number_of_libraries");
        text.decimal("allocator_frag_ratio", ratio(sum("allocator_active"), sum("allocator_allocated")))
                .decimal("allocator_rss_ratio", ratio(sum("allocator_resident"), sum("allocator_active")))
                .decimal("rss_overhead_ratio", ratio(resident, sum("allocator_resident")))
                .field("mem_allocator", common("mem_allocator"))
                .bytes("total_system_memory", most("total_system_memory"))
                .bytes("maxmemory", least("maxmemory") == 0 ? 0 : sum("maxmemory"))
                .field("maxmemory_policy", masters.isEmpty() ? "noeviction" : common("maxmemory_policy"))
                .decimal("mem_fragmentation_ratio", ratio(resident, used));
        most(text, "active_defrag_running");
        sums(text, "lazyfree_pending_objects", "lazyfreed_objects");
    }

    /** The persistence of the nodes: the oldest save, the longest one, and whether all went well. */
    void persistence(InfoText text) {
        text.section("Persistence");
        most(text, "loading", "async_loading");
        sums(text, "current_cow_peak", "current_cow_size", "current_save_keys_processed", "current_save_keys_total");
        sums(text, "rdb_changes_since_last_save");
        most(text, "rdb_bgsave_in_progress");
        text.field("rdb_last_save_time", least("rdb_last_save_time"))
                .field("rdb_last_bgsave_status", status("rdb_last_bgsave_status"));
        most(text, "rdb_last_bgsave_time_sec", "rdb_current_bgsave_time_sec");
        sums(text, "rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired", "rdb_last_load_keys_loaded");
        text.field("aof_enabled", least("aof_enabled"));
        most(
                text,
                "aof_rewrite_in_progress",
                "aof_rewrite_scheduled",
                "aof_last_rewrite_time_sec",
                "aof_current_rewrite_time_sec");
        text.field("aof_last_bgrewrite_status", status("aof_last_bgrewrite_status"))
                .field("aof_last_write_status", status("aof_last_write_status"));
        sums(text, "aof_rewrites", "aof_rewrites_consecutive_failures", "aof_last_cow_size");
        most(text, "module_fork_in_progress");
        sums(text, "module_fork_last_cow_size");
        if (most("aof_enabled") > 0) {
            sums(
                    text,
                    "aof_current_size",
                    "aof_base_size",
                    "aof_pending_rewrite",
                    "aof_buffer_length",
                    "aof_pending_bio_fsync",
                    "aof_delayed_fsync");
        }
    }

    /** The counters of the nodes about their keys and replicas. */
    void stats(InfoText text) {
        sums(
                text,
                "total_net_repl_input_bytes",
                "total_net_repl_output_bytes",
                "sync_full",
                "sync_partial_ok",
                "sync_partial_err",
                "expired_keys",
                "expired_time_cap_reached_count",
                "expire_cycle_cpu_milliseconds",
                "evicted_keys",
                "total_eviction_exceeded_time",
                "keyspace_hits",
                "keyspace_misses");
        text.decimal(
                "expired_stale_perc",
                masters.stream()
                        .mapToDouble(master -> master.decimal("expired_stale_perc"))
                        .max()
                        .orElse(0));
        decimalSums(text, "instantaneous_input_repl_kbps", "instantaneous_output_repl_kbps");
        most(text, "current_eviction_exceeded_time", "latest_fork_usec", "current_active_defrag_time");
        sums(
                text,
                "total_forks",
                "migrate_cached_sockets",
                "slave_expires_tracked_keys",
                "total_active_defrag_time",
                "active_defrag_hits",
                "active_defrag_misses",
                "active_defrag_key_hits",
                "active_defrag_key_misses",
                "tracking_total_keys",
                "tracking_total_items",
                "tracking_total_prefixes",
                "unexpected_error_replies",
                "dump_payload_sanitizations");
    }

    /** The keys; as in Redis there is no line for an empty database. */
    void keyspace(InfoText text) {
        text.section("Keyspace");
        if (keyspace.keys() > 0) {
            text.field(
                    "db0",
                    "keys=" + keyspace.keys() + ",expires=" + keyspace.expires() + ",avg_ttl="
                            + keyspace.averageTtlMillis());
        }
    }

    /** The replication of the masters. */
    ReplicationFigures ofMasters() {
        return new ReplicationFigures(masters);
    }

    /** The replication of the replicas, which are asked for clients that take this proxy for a replica. */
    ReplicationFigures ofReplicas() {
        return new ReplicationFigures(replicas);
    }

    private static double ratio(long amount, long of) {
        return of == 0 ? 0.0 : (double) amount / of;
    }

    private static String percent(long amount, long of) {
        return String.format(Locale.ROOT, "%.2f%%", 100 * ratio(amount, of));
    }

    /** {@code ok}, or what a master says that is not. */
    private String status(String field) {
        return masters.stream()
                .map(master -> master.text(field))
                .filter(status -> !status.equals(OK) && !status.isEmpty())
                .findFirst()
                .orElse(OK);
    }

    /** The values of all masters, each once. */
    private String common(String field) {
        return masters.stream().map(master -> master.text(field)).distinct().collect(Collectors.joining(","));
    }
}
