package io.undermoon.proxy.migration;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.NodeRelay;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.MigrationProgress.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Migrations between two proxies without failures. */
class SlotMoveIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void moves_keys_of_every_type_with_their_expiry_and_leaves_the_others() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            for (int i = 0; i < 2000; i++) {
                node.call("SET", "s" + i, "value " + i);
            }
            for (int i = 0; i < 50; i++) {
                node.call("HSET", "h" + i, "a", "1", "b", "2");
                node.call("RPUSH", "l" + i, "x", "y", "z");
                node.call("ZADD", "z" + i, "1", "m", "2", "n");
                node.call("SADD", "t" + i, "m", "n", "o");
                node.call("XADD", "x" + i, "1-1", "f", "v");
                node.call("XGROUP", "CREATE", "x" + i, "g", "0");
                node.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "x" + i, ">");
                node.call("SET", "e" + i, "v", "PX", Integer.toString(1_000_000 + i));
            }
            Map<String, String> before = Content.of(node);

            proxies.migrate();
            proxies.awaitSwitched();

            try (RespConnection other = proxies.destinationNode.connect()) {
                Map<String, String> moved = new TreeMap<>(before);
                moved.keySet().removeIf(key -> !TwoProxies.MOVING.contains(Slot.of(key)));
                assertThat(moved).hasSizeGreaterThan(500);
                assertThat(Content.of(other)).isEqualTo(moved);
            }
            long copied = proxies.progress().keysCopied();
            proxies.commit();
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(proxies.source.migrations().progress()).isEmpty();
                assertThat(proxies.source.migrations().ended()).singleElement().satisfies(ended -> {
                    assertThat(ended.state()).isEqualTo(State.SWITCHED);
                    assertThat(ended.keysCopied()).isEqualTo(copied).isGreaterThan(500);
                    assertThat(ended.longestHoldUs()).isPositive();
                });
            });
            try (RespConnection client = proxies.connectToSource()) {
                assertThat(((RespValue.Array) client.call("UMCTL", "MIGRATIONS", "ENDED")).items())
                        .hasSize(1);
                assertThat(text(client.call("UMCTL", "MIGRATIONS", "LATER"))).contains("Invalid arguments");
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                Map<String, String> left = new TreeMap<>(before);
                left.keySet().removeIf(key -> TwoProxies.MOVING.contains(Slot.of(key)));
                assertThat(Content.of(node)).isEqualTo(left);
                assertThat(text(node.call("EVAL", "redis.call('select',1) return redis.call('dbsize')", "0")))
                        .isEqualTo("1");
            });
        }
    }

    /** KeyDB ends itself when a connection that has waited for replicas scans. */
    @Test
    void nothing_is_scanned_on_a_connection_that_waits_for_replicas() {
        try (TwoProxies proxies = new TwoProxies(false);
                RedisServerProcess replica = RedisServerProcess.start();
                RespConnection toReplica = replica.connect();
                RespConnection node = proxies.sourceNode.connect();
                RespConnection monitor = proxies.sourceNode.connect()) {
            toReplica.call("REPLICAOF", "127.0.0.1", Integer.toString(proxies.sourceNode.port()));
            await().atMost(LIMIT)
                    .until(() -> text(node.call("INFO", "replication")).contains("state=online"));
            for (int i = 0; i < 200; i++) {
                node.call("SET", "s" + i, "value");
            }
            monitor.call("MONITOR");

            proxies.migrate();
            proxies.awaitSwitched();
            proxies.commit();
            await().atMost(LIMIT)
                    .until(() -> ((RespValue.Array) node.call("KEYS", "*"))
                            .items().stream().noneMatch(key -> TwoProxies.MOVING.contains(Slot.of(text(key)))));
            node.call("ECHO", "the end");

            Set<String> scanning = new HashSet<>();
            Set<String> waiting = new HashSet<>();
            for (String line = ""; !line.endsWith(" \"ECHO\" \"the end\""); line = text(monitor.receive())) {
                String client = line.replaceFirst("].*", "");
                String address = client.substring(client.indexOf(' ', client.indexOf('[')) + 1);
                if (line.contains("] \"SCAN\"")) {
                    scanning.add(address);
                } else if (line.contains("] \"WAIT\"")) {
                    waiting.add(address);
                }
            }
            assertThat(scanning).isNotEmpty();
            assertThat(waiting).isNotEmpty().doesNotContainAnyElementsOf(scanning);
        }
    }

    /** So many strings that the next key is taken for one, though a few are not. */
    @Test
    void keys_that_are_taken_for_strings_arrive_as_they_are() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            String fill = "for i = 1, 40000 do redis.call('SET', '{3}' .. i, 'value\\r\\n' .. i) end "
                    + "for i = 1, 10 do redis.call('RPUSH', '{3}list' .. i, i) redis.call('SET', '{3}number' .. i, i) "
                    + "redis.call('SET', '{3}empty' .. i, '') redis.call('PFADD', '{3}log' .. i, i) end";
            node.call("EVAL", fill, "0");
            String digest = "local keys = redis.call('KEYS', '*') table.sort(keys) local sum = tostring(#keys) "
                    + "for _, key in ipairs(keys) do sum = redis.sha1hex(sum .. key .. redis.call('DUMP', key)) end "
                    + "return sum";
            RespValue before = node.call("EVAL", digest, "0");

            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(text(node.call("INFO", "errorstats"))).contains("errorstat_WRONGTYPE");
            try (RespConnection other = proxies.destinationNode.connect()) {
                assertThat(text(other.call("INFO", "commandstats"))).contains("cmdstat_set:", "cmdstat_restore:");
                assertThat(other.call("EVAL", digest, "0")).isEqualTo(before);
            }
        }
    }

    @Test
    void large_values_pass_through() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect()) {
            // Values of 60 MB and 50 MB, then small ones.
            String fill = "for i = 1, 600 do redis.call('HSET', KEYS[1], i, i .. string.rep('h', 100000)) end";
            node.call("EVAL", fill, "1", "{3}h");
            node.call("SETRANGE", "{3}s", Integer.toString(50 << 20), "end");
            for (int i = 0; i < 500; i++) {
                node.call("SET", "{3}" + i, "v");
            }
            node.call("CONFIG", "SET", "rdbcompression", "no");
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(proxies.progress().bytesCopied()).isGreaterThan(100 << 20);
            try (RespConnection other = proxies.destinationNode.connect()) {
                for (String check :
                        List.of("HLEN {3}h", "STRLEN {3}s", "DBSIZE", "HGET {3}h 600", "GETRANGE {3}s -3 -1")) {
                    String[] command = check.split(" ", -1);
                    assertThat(other.call(command)).as(check).isEqualTo(node.call(command));
                }
            }
        }
    }

    /** The value is on its way between two of its parts while the others are served. */
    @Test
    void a_large_value_on_its_way_stalls_no_client_and_is_not_collected() {
        int size = 64 << 20;
        try (TwoProxies proxies = new TwoProxies(true);
                NodeRelay relay = new NodeRelay(proxies.destinationNode);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection client = proxies.connectToSource();
                RespConnection other = proxies.connectToDestination()) {
            proxies.destinationIsAt(relay.address());
            node.call("CONFIG", "SET", "rdbcompression", "no");
            node.call("SETRANGE", "{3}big", Integer.toString(size - 1), "x");
            relay.holdBack("RESTORE");
            proxies.migrate();
            await().atMost(LIMIT).until(() -> relay.heldBack() > 0);

            for (int i = 1; i <= 200; i++) {
                for (String key : List.of("{3}moving", "{s0}staying")) {
                    assertThat(text(client.call("INCR", key))).isEqualTo(Integer.toString(2 * i - 1));
                    assertThat(text(other.call("INCR", key))).isEqualTo(Integer.toString(2 * i));
                }
            }
            await().during(Duration.ofMillis(300))
                    .atMost(LIMIT)
                    .until(() -> proxies.progress().bytesCopied() < size / 2);
            assertThat(proxies.progress().state()).isEqualTo(State.COPYING);
            assertThat(proxies.progress().longestHoldUs()).as("held in vain").isZero();

            relay.release();
            proxies.awaitSwitched();
            assertThat(text(client.call("STRLEN", "{3}big"))).isEqualTo(Integer.toString(size));
            assertThat(text(client.call("GET", "{3}moving"))).isEqualTo("400");
        }
    }

    @Test
    void values_may_be_larger_than_what_the_destination_takes_from_clients() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            node.call("SETRANGE", "{3}s", Integer.toString(20 << 20), "end");
            for (int i = 0; i < 5000; i++) {
                // After a thousand small values, sizes are no longer requested.
                node.call("SET", "{3}" + i, "small");
            }
            node.call("SETRANGE", "{3}t", Integer.toString(30 << 20), "end");
            node.call("CONFIG", "SET", "rdbcompression", "no");
            other.call("CONFIG", "SET", "proto-max-bulk-len", "1mb");
            other.call("CONFIG", "SET", "client-query-buffer-limit", "1mb");
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(other.call("GETRANGE", "{3}s", "-3", "-1")).isEqualTo(new RespValue.Bulk("end"));
            assertThat(other.call("GETRANGE", "{3}t", "-3", "-1")).isEqualTo(new RespValue.Bulk("end"));
            assertThat(other.call("DBSIZE")).isEqualTo(new RespValue.Int(5002));
            assertThat(proxies.progress().attempts()).isEqualTo(1);
        }
    }

    /** The load probe sends commands to the nodes while a large value is being forwarded, which takes some 100 ms. */
    @Test
    void nothing_gets_between_the_parts_of_a_large_value() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            node.call("CONFIG", "SET", "rdbcompression", "no");
            for (int i = 0; i < 4; i++) {
                node.call("SETRANGE", "{3}" + i, Integer.toString(200 << 20), "end");
            }
            proxies.migrate();
            proxies.awaitSwitched();

            for (int i = 0; i < 4; i++) {
                assertThat(other.call("GETRANGE", "{3}" + i, "-3", "-1")).isEqualTo(new RespValue.Bulk("end"));
            }
            assertThat(proxies.progress().attempts()).isEqualTo(1);
        }
    }

    @Test
    void keys_live_as_long_as_before_where_the_clocks_of_the_nodes_differ() {
        try (TwoProxies proxies = new TwoProxies(false);
                NodeRelay relay = new NodeRelay(proxies.sourceNode);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            proxies.sourceNode.assumeKnows("EXPIRETIME");
            node.call("SET", "{3}expiring", "v", "EX", "10000");
            node.call("SET", "{3}kept", "v");
            relay.advanceClock(1000);
            proxies.sourceIsAt(relay.address());
            proxies.migrate();
            proxies.awaitSwitched();

            // At the source, whose clock seems to be later, as much is left as at the destination.
            long before = Long.parseLong(text(node.call("EXPIRETIME", "{3}expiring")));
            assertThat(Long.parseLong(text(other.call("EXPIRETIME", "{3}expiring"))))
                    .isBetween(before - 1010, before - 990);
            assertThat(text(other.call("TTL", "{3}kept"))).isEqualTo("-1");
        }
    }

    @ParameterizedTest
    @CsvSource({"no, 5", "yes, 0"})
    void a_node_does_not_fork(String diskless, String delay) {
        String[] options = {"--repl-diskless-sync", diskless, "--repl-diskless-sync-delay", delay};
        try (TwoProxies proxies = new TwoProxies(false, options);
                RespConnection node = proxies.sourceNode.connect()) {
            node.call("SET", "{3}key", "v");
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(text(node.call("INFO", "stats"))).contains("total_forks:0\r\n");
            await().untilAsserted(() -> assertThat(
                            node.call("CONFIG", "GET", "repl-diskless-sync*").toString())
                    .contains(diskless)
                    .contains(new RespValue.Bulk(delay).toString()));
        }
    }

    @Test
    void functions_come_along_and_a_replica_of_the_destination_has_all() {
        try (TwoProxies proxies = new TwoProxies(false);
                RedisServerProcess replica = RedisServerProcess.start(
                        "--replicaof", "127.0.0.1", Integer.toString(proxies.destinationNode.port()));
                RespConnection node = proxies.sourceNode.connect();
                RespConnection copy = replica.connect()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> text(copy.call("INFO", "replication")).contains("master_link_status:up"));
            node.call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('one', function() return 1 end)");
            for (int i = 0; i < 5000; i++) {
                node.call("SET", "k" + i, "v" + i);
            }
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(Content.of(copy))
                    .isEqualTo(Content.of(node, TwoProxies.MOVING))
                    .hasSizeGreaterThan(1000);
            String owned = "redis.call('select', 1) return redis.call('hget', 'undermoon:imports', '0-8000')";
            assertThat(text(copy.call("EVAL", owned, "0"))).endsWith(" owned");
            if (proxies.sourceNode.knows("FUNCTION")) {
                try (RespConnection other = proxies.destinationNode.connect()) {
                    assertThat(text(other.call("FCALL", "one", "0"))).isEqualTo("1");
                }
            }
        }
    }

    @Test
    void fields_of_hashes_keep_their_expiry_times() {
        try (TwoProxies proxies = new TwoProxies(false);
                RespConnection node = proxies.sourceNode.connect();
                RespConnection other = proxies.destinationNode.connect()) {
            proxies.sourceNode.assumeKnows("HPEXPIREAT");
            node.call("HSET", "{3}h", "a", "1", "b", "2");
            node.call("HPEXPIREAT", "{3}h", "33177117420000", "FIELDS", "1", "a");
            proxies.migrate();
            proxies.awaitSwitched();

            assertThat(other.call("HPEXPIRETIME", "{3}h", "FIELDS", "2", "a", "b"))
                    .isEqualTo(new RespValue.Array(
                            List.of(new RespValue.Int(33_177_117_420_000L), new RespValue.Int(-1))));
        }
    }

    @Test
    void clients_that_follow_redirections_see_no_error_and_lose_no_write() {
        moveUnderLoad(false);
    }

    @Test
    void with_active_redirection_clients_notice_nothing() {
        moveUnderLoad(true);
    }

    private static void moveUnderLoad(boolean active) {
        try (TwoProxies proxies = new TwoProxies(active);
                RespConnection node = proxies.sourceNode.connect()) {
            for (int i = 0; i < 20_000; i++) {
                node.send("SET", "key" + i, "x".repeat(100));
            }
            for (int i = 0; i < 20_000; i++) {
                node.receive();
            }
            List<Writer> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Writer writer = new Writer(i, active, i % 2 == 0 ? proxies.source.port() : proxies.destination.port());
                writer.start();
                writers.add(writer);
            }
            await().until(() -> writers.stream().allMatch(writer -> writer.rounds() > 5));
            proxies.migrate();
            proxies.awaitSwitched();
            long now = writers.stream().mapToLong(Writer::rounds).max().orElseThrow();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> writers.stream().allMatch(writer -> writer.failed() || writer.rounds() > now + 5));
            proxies.commit();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> writers.stream().allMatch(writer -> writer.failed() || writer.rounds() > now + 50));
            writers.forEach(Writer::end);
            writers.forEach(Writer::check);
        }
    }
}
