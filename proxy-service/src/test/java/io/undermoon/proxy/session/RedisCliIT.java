package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.testsupport.RedisCli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What redis-cli finds out from proxies, or is told where it has to ask elsewhere. */
class RedisCliIT {
    @Test
    void check_and_info_understand_a_cluster_of_proxies() {
        try (RedisServerProcess low = RedisServerProcess.start();
                RedisServerProcess high = RedisServerProcess.start();
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(second.address(), TwoMasters.HIGH));
            second.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
            try (RespConnection direct = low.connect()) {
                direct.call("SET", "b", "1");
            }
            String check = run("--cluster", "check", first.address().value());
            assertThat(check)
                    .contains("[OK] 1 keys in 2 masters.")
                    .contains("[OK] All nodes agree about slots configuration.")
                    .contains("[OK] All 16384 slots covered.");
            String info = run("--cluster", "info", second.address().value());
            assertThat(info)
                    .contains(first.address() + " (test____...) -> 1 keys | 8001 slots | 0 slaves.")
                    .contains(second.address() + " (test____...) -> 0 keys | 8383 slots | 0 slaves.")
                    .contains("[OK] 1 keys in 2 masters.");
            assertThat(run("--cluster", "call", first.address().value(), "PING"))
                    .contains(first.address() + ": PONG", second.address() + ": PONG");
        }
    }

    @Test
    void check_covers_the_slots_where_a_proxy_holds_a_replica() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start()) {
            first.serveAllWithReplica(master.port(), replica.port(), second.address());
            second.replicate(replica.port(), first.address());
            assertThat(run("--cluster", "check", first.address().value())).contains("[OK] All 16384 slots covered.");
        }
    }

    @Test
    void what_looks_at_keys_sees_those_of_both_masters() {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY)) {
            String port = Integer.toString(masters.proxies.get(0).port());
            List<String> commands = List.of("SET a 1", "SET b 22", "SADD c 1 2 3", "RPUSH list x y");
            assertThat(RedisCli.run(commands, "-p", port, "--pipe")).contains("errors: 0, replies: 4");
            assertThat(run("-p", port, "--scan").lines()).containsExactlyInAnyOrder("a", "b", "c", "list");
            assertThat(run("-p", port, "--bigkeys"))
                    .contains("Sampled 4 keys", "Biggest string found '\"b\"' has 2 bytes", "1 sets with 3 members");
            assertThat(run("-p", port, "--memkeys")).contains("Sampled 4 keys", "2 strings with ");
            assertThat(run("-p", port, "--hotkeys")).contains("Error: ERR An LFU maxmemory policy is not selected");
            for (RedisServerProcess node : List.of(masters.low, masters.high)) {
                try (RespConnection direct = node.connect()) {
                    direct.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu");
                }
            }
            assertThat(run("-p", port, "--hotkeys")).contains("Sampled 4 keys").doesNotContain("Error");
            assertThat(run("-p", port, "MEMORY", "USAGE", "a")).matches("[0-9]+\n");
            assertThat(run("-p", port, "MEMORY", "STATS")).contains("keys.count\n4\n", "allocator-rss.ratio\n");
            assertThat(run("-p", port, "MEMORY", "DOCTOR")).startsWith("Hi Sam");
            assertThat(run("-p", port, "--latency", "--raw", "-i", "0.1")).matches("[0-9]+ [0-9]+ [0-9.]+ [0-9]+\n");
        }
    }

    @Test
    void statistics_show_keys_memory_and_commands() throws Exception {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect()) {
            client.call("SET", "a", "1");
            client.call("SET", "b", "1");
            String port = Integer.toString(masters.proxies.get(0).port());
            Path out = Files.createTempFile("stat", ".out");
            // It prints a line each interval until it is ended; its output is a file, so that it is written in blocks.
            Process stat = new ProcessBuilder("redis-cli", "-p", port, "--stat", "-i", "0.001")
                    .redirectOutput(out.toFile())
                    .start();
            try {
                await().until(() -> Files.size(out) > 0);
            } finally {
                stat.destroyForcibly();
            }
            assertThat(Files.readAllLines(out).stream().skip(2).limit(1))
                    .singleElement()
                    .asString()
                    .matches("2 +[0-9.]+[MG] +2 +0 +[0-9]+ \\(\\+0\\) +[0-9]+ +");
            Files.delete(out);
        }
    }

    @Test
    void what_the_control_plane_does_is_refused_in_words() {
        try (TwoMasters masters = new TwoMasters(Layout.TWO_PROXIES)) {
            String first = masters.proxies.get(0).address().value();
            String port = Integer.toString(masters.proxies.get(0).port());
            String copies = "a copy or stream of the data is taken at each Redis node; connect to the nodes themselves";
            String target = System.getProperty("java.io.tmpdir");
            assertThat(run("-p", port, "--rdb", target + "/none.rdb")).contains(copies);
            assertThat(run("-p", port, "--functions-rdb", target + "/none.rdb")).contains(copies);
            assertThat(run("-p", port, "--replica")).contains(copies);
            assertThat(run("--cluster", "backup", first, target)).contains(copies);
            assertThat(run("--cluster", "set-timeout", first, "2000"))
                    .contains("failure_ttl of the broker and node_failure_timeout of the coordinators");
            assertThat(run("--cluster", "rebalance", first, "--cluster-threshold", "1"))
                    .contains("roles and slots are the control plane's; move slots with 'undermoon reshard'");
        }
    }

    private static String run(String... arguments) {
        assumeTrue(RedisCli.isInstalled(), "redis-cli is not installed");
        return RedisCli.run(arguments);
    }
}
