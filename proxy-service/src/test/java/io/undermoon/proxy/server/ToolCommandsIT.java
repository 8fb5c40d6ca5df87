package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.server.CommandSample.Comparison;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.util.List;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What tools and libraries send, as it was recorded or stands in their sources: a proxy answers as a Redis in cluster
 * mode does, or refuses in words that say what to do instead. In front of a line stands how it is compared, as in
 * {@code command-samples.txt}, or {@code !} if it is refused.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ToolCommandsIT {
    /** What the refusals say that can be done. */
    private static final Pattern ALTERNATIVE = Pattern.compile(
            "(use |connect to |change the configuration|set undermoon\\.|backend_admin_commands=true|failure_ttl)");

    private final int port = FreePort.any();
    private RedisServerProcess redis;
    private RedisServerProcess behind;
    private ProxyServer proxy;

    @BeforeAll
    void start() {
        redis = RedisServerProcess.startVersion70("--cluster-enabled", "yes");
        behind = RedisServerProcess.startVersion70();
        proxy = new ProxyServer(Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {});
        proxy.start();
        try (RespConnection client = RespConnection.to(port);
                RespConnection direct = redis.connect()) {
            client.call("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", behind.address(), "1", "0-16383");
            direct.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            await().until(() -> Replies.text(direct.call("CLUSTER", "INFO")).contains("cluster_state:ok"));
        }
    }

    @AfterAll
    void stop() {
        proxy.close();
        behind.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"redis_exporter", "redisinsight", "redis-cli", "celery", "bullmq", "sidekiq", "spring-session"})
    void is_answered_as_redis_does_or_told_what_to_do_instead(String tool) {
        List<CommandSample> samples = CommandSample.of("tools/" + tool + ".txt").stream()
                .filter(sample -> !sample.isFlush())
                .toList();
        assertThat(samples).hasSizeGreaterThan(10);
        SoftAssertions softly = new SoftAssertions();
        try (RespConnection direct = redis.connect();
                RespConnection client = RespConnection.to(port)) {
            direct.call("FLUSHALL");
            client.call("FLUSHALL");
            for (CommandSample sample : samples) {
                compare(softly, tool, sample, direct, client);
            }
            assertThat(client.call("PING")).isEqualTo(new RespValue.Simple("PONG"));
        }
        softly.assertAll();
    }

    private static void compare(
            SoftAssertions softly, String tool, CommandSample sample, RespConnection direct, RespConnection client) {
        String what = tool + ".txt, line " + sample.line() + ": " + sample.word(0);
        RespValue reply = SameRepliesIT.call(client, sample);
        if (sample.comparison() == Comparison.REFUSED) {
            softly.assertThat(reply).as(what).isInstanceOf(RespValue.Failure.class);
            softly.assertThat(Replies.text(reply)).as(what).containsPattern(ALTERNATIVE);
            return;
        }
        RespValue expected = SameRepliesIT.call(direct, sample);
        softly.assertThat(SameRepliesIT.compared(reply, sample.comparison()))
                .as(what)
                .isEqualTo(SameRepliesIT.compared(expected, sample.comparison()));
    }

    /** The fields that the metrics of redis_exporter and the overview of RedisInsight are made of. */
    @Test
    void info_has_the_fields_that_dashboards_need() {
        try (RespConnection client = RespConnection.to(port)) {
            client.call("PING");
            String info = Replies.text(client.call("INFO", "ALL"));
            assertThat(info)
                    .contains(
                            "redis_version:",
                            "redis_mode:cluster",
                            "uptime_in_seconds:",
                            "uptime_in_days:",
                            "process_id:",
                            "tcp_port:",
                            "connected_clients:",
                            "blocked_clients:",
                            "used_memory:",
                            "used_memory_rss:",
                            "used_memory_peak:",
                            "maxmemory:",
                            "maxmemory_policy:",
                            "mem_fragmentation_ratio:",
                            "number_of_cached_scripts:",
                            "loading:",
                            "rdb_last_save_time:",
                            "aof_enabled:",
                            "total_connections_received:",
                            "total_commands_processed:",
                            "instantaneous_ops_per_sec:",
                            "instantaneous_input_kbps:",
                            "instantaneous_output_kbps:",
                            "total_net_input_bytes:",
                            "total_net_output_bytes:",
                            "rejected_connections:",
                            "expired_keys:",
                            "evicted_keys:",
                            "keyspace_hits:",
                            "keyspace_misses:",
                            "pubsub_channels:",
                            "latest_fork_usec:",
                            "role:master",
                            "connected_slaves:",
                            "master_repl_offset:",
                            "used_cpu_user:",
                            "used_cpu_sys:",
                            "cmdstat_ping:",
                            "cluster_enabled:1");
        }
    }
}
