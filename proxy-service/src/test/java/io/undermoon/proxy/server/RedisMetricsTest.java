package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.Collector.MetricFamilySamples;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RedisMetricsTest {
    private static final String INFO = """
            # Server
            redis_version:7.0.15
            redis_mode:cluster
            uptime_in_seconds:12

            # Clients
            connected_clients:3
            # Memory
            used_memory:1048576
            used_memory_human:1.00M
            maxmemory_policy:noeviction
            # Stats
            total_commands_processed:100
            used_cpu_user:1.500000
            # Replication
            role:master
            # Commandstats
            cmdstat_get:calls=5,usec=2000000,usec_per_call=400000.00,rejected_calls=1,failed_calls=2
            cmdstat_client|list:calls=1,usec=10,usec_per_call=10.00,rejected_calls=0,failed_calls=0
            # Errorstats
            errorstat_WRONGTYPE:count=2
            # Keyspace
            db0:keys=7,expires=2,avg_ttl=1500
            """;

    @Test
    void info_has_the_names_of_redis_exporter() {
        assertThat(samples(new RedisMetrics(() -> CompletableFuture.completedFuture(INFO)).collect()))
                .containsEntry("redis_up[]", 1.0)
                .containsEntry("redis_instance_info[master, 7.0.15, cluster, , noeviction, , , ]", 1.0)
                .containsEntry("redis_uptime_in_seconds[]", 12.0)
                .containsEntry("redis_connected_clients[]", 3.0)
                .containsEntry("redis_memory_used_bytes[]", 1048576.0)
                .containsEntry("redis_commands_processed_total[]", 100.0)
                .containsEntry("redis_cpu_user_seconds_total[]", 1.5)
                .containsEntry("redis_commands_total[get]", 5.0)
                .containsEntry("redis_commands_total[client|list]", 1.0)
                .containsEntry("redis_commands_duration_seconds_total[get]", 2.0)
                .containsEntry("redis_commands_rejected_calls_total[get]", 1.0)
                .containsEntry("redis_commands_failed_calls_total[get]", 2.0)
                .containsEntry("redis_errors_total[WRONGTYPE]", 2.0)
                .containsEntry("redis_db_keys[db0]", 7.0)
                .containsEntry("redis_db_keys_expiring[db0]", 2.0)
                .containsEntry("redis_db_avg_ttl_seconds[db0]", 1.5);
    }

    @Test
    void an_empty_data_base_is_shown() {
        assertThat(samples(new RedisMetrics(() -> CompletableFuture.completedFuture("role:master")).collect()))
                .containsEntry("redis_db_keys[db0]", 0.0);
    }

    @Test
    void who_does_not_answer_is_not_up() {
        assertThat(samples(new RedisMetrics(
                                () -> CompletableFuture.failedFuture(new IllegalStateException("no node answers")))
                        .collect()))
                .containsOnly(Map.entry("redis_up[]", 0.0));
    }

    private static Map<String, Double> samples(List<MetricFamilySamples> families) {
        Map<String, Double> samples = new TreeMap<>();
        families.forEach(family ->
                family.samples.forEach(sample -> samples.put(sample.name + sample.labelValues, sample.value)));
        return samples;
    }
}
