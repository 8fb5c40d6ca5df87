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
 * @param keyspace of the masters that own slots
 */
record NodeFigures(List<InfoReport> masters, KeyspaceFigures keyspace) {
    /** When no node is asked. */
    static final NodeFigures NONE = new NodeFigures(List.of(), KeyspaceFigures.NONE);

    private static final String OK = "ok";

    NodeFigures {
        masters = List.copyOf(masters);
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
        text.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", sum("used_memory_peak"));
        sums(
                text,
                "used_memory_overhead",
                "used_memory_startup",
                "used_memory_dataset",
                "used_memory_lua",
                "used_memory_scripts",
                "used_memory_functions",
                "mem_fragmentation_bytes",
                "mem_not_counted_for_evict",
                "mem_replication_backlog",
                "mem_clients_slaves",
                "mem_aof_buffer");
        // Scripts and libraries are on all masters.
        most(text, "number_of_cached_scripts", "number_of_functions", "number_of_libraries", "total_system_memory");
        text.bytes("maxmemory", least("maxmemory") == 0 ? 0 : sum("maxmemory"))
                .field("maxmemory_policy", masters.isEmpty() ? "noeviction" : common("maxmemory_policy"))
                .field(
                        "mem_fragmentation_ratio",
                        String.format(Locale.ROOT, "%.2f", used == 0 ? 0.0 : (double) resident / used));
        most(text, "active_defrag_running");
        sums(text, "lazyfree_pending_objects", "lazyfreed_objects");
    }

    /** The persistence of the nodes: the oldest save, the longest one, and whether all went well. */
    void persistence(InfoText text) {
        text.section("Persistence");
        most(text, "loading", "async_loading");
        sums(text, "rdb_changes_since_last_save");
        most(text, "rdb_bgsave_in_progress");
        text.field("rdb_last_save_time", least("rdb_last_save_time"))
                .field("rdb_last_bgsave_status", status("rdb_last_bgsave_status"));
        most(text, "rdb_last_bgsave_time_sec", "rdb_current_bgsave_time_sec");
        sums(text, "rdb_saves", "rdb_last_cow_size");
        text.field("aof_enabled", least("aof_enabled"));
        most(
                text,
                "aof_rewrite_in_progress",
                "aof_rewrite_scheduled",
                "aof_last_rewrite_time_sec",
                "aof_current_rewrite_time_sec");
        text.field("aof_last_bgrewrite_status", status("aof_last_bgrewrite_status"))
                .field("aof_last_write_status", status("aof_last_write_status"));
        sums(text, "aof_last_cow_size");
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
                "evicted_keys",
                "keyspace_hits",
                "keyspace_misses");
        most(text, "latest_fork_usec");
        sums(
                text,
                "total_forks",
                "migrate_cached_sockets",
                "slave_expires_tracked_keys",
                "active_defrag_hits",
                "active_defrag_misses",
                "active_defrag_key_hits",
                "active_defrag_key_misses",
                "tracking_total_keys",
                "tracking_total_items",
                "tracking_total_prefixes",
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
