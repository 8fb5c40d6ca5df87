package io.undermoon.proxy.control.info;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.testsupport.RedisBinary;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class InfoOfNodesIT {
    /** What Redis tells of its process, threads and buffers, which mean nothing here. */
    private static final Set<String> NOT_HERE = Set.of(
            "atomicvar_api",
            "clients_in_timeout_table",
            "config_file",
            "configured_hz",
            "current_cow_size_age",
            "current_fork_perc",
            "executable",
            "gcc_version",
            "hz",
            "io_threaded_reads_processed",
            "io_threaded_writes_processed",
            "io_threads_active",
            "lru_clock",
            "monotonic_clock",
            "multiplexing_api",
            "process_supervised",
            "redis_build_id",
            "redis_git_dirty",
            "redis_git_sha1",
            "reply_buffer_expands",
            "reply_buffer_shrinks",
            "total_reads_processed",
            "total_writes_processed",
            "used_cpu_sys_main_thread",
            "used_cpu_user_main_thread",
            "used_memory_lua_human",
            "used_memory_scripts_human",
            "used_memory_vm_total_human");

    @Test
    void has_the_fields_of_redis() {
        try (RedisServerProcess redis = RedisServerProcess.startVersion70("--appendonly", "yes");
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection direct = redis.connect();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            for (RespConnection each : List.of(direct, client)) {
                each.call("SET", "a", "1");
                each.call("INCR");
                each.call("INFO", "everything");
            }
            Set<String> ours = names(info(client, "everything"));
            assertThat(ours).contains("latency_percentiles_usec_set", "cmdstat_incr", "errorstat_ERR");
            assertThat(names(info(direct, "everything")))
                    .filteredOn(name -> !NOT_HERE.contains(name) && !name.matches("(cmd|error)stat_.*|latency_.*"))
                    .contains("aof_current_size", "master_replid")
                    .allMatch(ours::contains);
        }
    }

    @Test
    void shows_how_far_replicas_are_behind() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.start();
                RespConnection client = RespConnection.to(first.port());
                RespConnection direct = master.connect()) {
            first.serveAllWithReplica(master.port(), replica.port(), second.address());
            String roles = "1 NOFLAG master test 127.0.0.1:" + master.port() + " 1 127.0.0.1:" + replica.port() + " "
                    + second.address();
            first.topology().apply(SetRepl.parse(List.of(roles.split(" "))));
            await().until(() -> info(direct, "replication").contains("state=online"));
            assertThat(info(client, "replication"))
                    .containsPattern("connected_slaves:1\r\nslave0:ip=127.0.0.1,port=" + second.port()
                            + ",state=online,offset=[0-9]+,lag=[01]\r\n")
                    .containsPattern("master_replid:[0-9a-f]{40}\r\n")
                    .contains("repl_backlog_active:1\r\n");
        }
    }

    /** With one node on each side, which field for field is what a client takes a proxy for. */
    @Test
    void replication_has_the_fields_of_redis_in_their_order() {
        try (RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                ProxyHarness first = ProxyHarness.start();
                ProxyHarness second = ProxyHarness.startWithReplicaPort(UnaryOperator.identity());
                RespConnection atMaster = RespConnection.to(first.port());
                RespConnection atReplica =
                        RespConnection.to(second.replicaAddress().port());
                RespConnection copy = replica.connect()) {
            first.serveAllWithReplica(master.port(), replica.port(), second.replicaAddress());
            roles(first, "master", master, replica, second);
            second.replicate(replica.port(), first.address());
            roles(second, "replica", replica, master, first);
            try (RespConnection direct = master.connect()) {
                await().until(() -> info(direct, "replication").contains("state=online"));
                await().until(() -> info(copy, "replication").contains("master_link_status:up"));
                direct.call("SET", "key", "value");
                assertFields(fields(atMaster), fields(direct));
                assertThat(info(atMaster, "replication"))
                        .containsPattern("connected_slaves:1\r\nslave0:ip=127.0.0.1,port="
                                + second.replicaAddress().port() + ",state=online,offset=[0-9]+,lag=[01]\r\n");
                assertFields(fields(atReplica), fields(copy));
                assertThat(value(atReplica, "master_port")).isEqualTo(Integer.toString(first.port()));
                for (String field : List.of(
                        "role",
                        "master_link_status",
                        "slave_repl_offset",
                        "slave_priority",
                        "slave_read_only",
                        "connected_slaves",
                        "master_replid",
                        "second_repl_offset",
                        "repl_backlog_size")) {
                    await(field).until(() -> value(atReplica, field).equals(value(copy, field)));
                }
                await().until(() ->
                        value(atReplica, "slave_repl_offset").equals(value(atMaster, "master_repl_offset")));
            }

            master.kill();
            await().until(() -> value(copy, "master_link_status").equals("down"));
            assertFields(fields(atReplica), fields(copy));
            assertThat(fields(atReplica)).contains("master_link_down_since_seconds");
            assertThat(value(atReplica, "master_link_status")).isEqualTo("down");
            master.restart();
            replica.kill();
            try (RespConnection direct = master.connect()) {
                await().untilAsserted(() -> {
                    assertThat(value(direct, "connected_slaves")).isEqualTo("0");
                    assertFields(fields(atMaster), fields(direct));
                });
                assertThat(value(atMaster, "connected_slaves")).isEqualTo("0");
            }
        }
    }

    /** Servers other than Redis 7 tell more. */
    private static void assertFields(List<String> ours, List<String> ofNode) {
        if (RedisBinary.isChosen()) {
            assertThat(ofNode).containsSubsequence(ours);
        } else {
            assertThat(ours).isEqualTo(ofNode);
        }
    }

    private static void roles(
            ProxyHarness proxy, String role, RedisServerProcess node, RedisServerProcess other, ProxyHarness peer) {
        String roles = "1 NOFLAG " + role + " test " + node.address() + " 1 " + other.address() + " "
                + (role.equals("master") ? peer.replicaAddress() : peer.address());
        proxy.topology().apply(SetRepl.parse(List.of(roles.split(" "))));
    }

    private static List<String> fields(RespConnection connection) {
        return info(connection, "replication")
                .lines()
                .filter(line -> line.contains(":"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
    }

    private static String value(RespConnection connection, String field) {
        return info(connection, "replication")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElse("");
    }

    @Test
    void figures_of_the_data_are_those_of_the_masters_together() {
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect();
                RespConnection low = masters.low.connect();
                RespConnection high = masters.high.connect()) {
            for (String key : List.of("a", "b", "c", "d")) {
                client.call("SET", key, "v");
                client.call("GET", key);
                client.call("GET", "none:" + key);
            }
            low.call("CONFIG", "SET", "maxmemory", "100mb");
            assertThat(info(client, "memory")).contains("\r\nmaxmemory:0\r\n", "\r\nused_memory_proxy:");
            high.call("CONFIG", "SET", "maxmemory", "200mb");
            assertThat(info(client, "memory")).contains("\r\nmaxmemory:" + (300 << 20) + "\r\n");

            assertThat(number(info(client, "memory"), "used_memory"))
                    .isGreaterThan(number(info(low, "memory"), "used_memory"));
            assertThat(info(client, "persistence"))
                    .contains("\r\nrdb_changes_since_last_save:4\r\n", "\r\nrdb_last_bgsave_status:ok\r\n");
            assertThat(info(client, "stats"))
                    .contains(
                            "\r\nkeyspace_hits:4\r\n", "\r\nkeyspace_misses:4\r\n", "\r\nmigrate_cached_sockets:0\r\n");
            masters.high.kill();
            assertThat(info(client, "stats")).contains("total_commands_processed:");
        }
    }

    private static String info(RespConnection client, String section) {
        return text(client.call("INFO", section));
    }

    private static Set<String> names(String info) {
        return info.lines()
                .filter(line -> line.indexOf(':') > 0)
                .map(line -> line.substring(0, line.indexOf(':')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long number(String info, String field) {
        return info.lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
