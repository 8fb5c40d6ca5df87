package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients of the replica ports of the two proxies of a chunk, in normal times and after a failover. */
@Execution(ExecutionMode.SAME_THREAD)
class ReplicaPortIT {
    private static final String READONLY = "READONLY You can't write against a read only replica.";
    private static final String FUNCTION = "#!lua name=f\nredis.register_function('f', function() return 1 end)";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String LOW = "0-8191";
    private static final String HIGH = "8192-16383";

    private static final String LOW_KEY = "b";
    private static final String HIGH_KEY = "foo";

    private static RedisServerProcess low;
    private static RedisServerProcess high;
    private static RedisServerProcess lowReplica;
    private static RedisServerProcess highReplica;

    private ProxyHarness first;
    private ProxyHarness second;

    @BeforeAll
    static void startRedis() {
        low = RedisServerProcess.start("--repl-diskless-sync-delay", "0");
        high = RedisServerProcess.start("--repl-diskless-sync-delay", "0");
        lowReplica = RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(low.port()));
        highReplica = RedisServerProcess.start(
                "--replicaof", "127.0.0.1", Integer.toString(high.port()), "--replica-read-only", "no");
    }

    @AfterAll
    static void stopRedis() {
        List.of(lowReplica, highReplica, low, high).forEach(RedisServerProcess::close);
    }

    @BeforeEach
    void startProxies() {
        for (RedisServerProcess redis : List.of(low, high)) {
            try (RespConnection connection = redis.connect()) {
                connection.call("FLUSHALL");
                connection.call("FUNCTION", "FLUSH");
            }
        }
        startProxies(UnaryOperator.identity());
    }

    private void startProxies(UnaryOperator<io.undermoon.proxy.session.SessionSettings> change) {
        first = ProxyHarness.startWithReplicaPort(change);
        second = ProxyHarness.startWithReplicaPort(change);
        String replicas = " REPLICA " + lowReplica.address() + " " + second.replicaAddress() + " 1 " + LOW + " "
                + highReplica.address() + " " + first.replicaAddress() + " 1 " + HIGH;
        tell(
                first,
                "master c " + low.address() + " 1 " + lowReplica.address() + " " + second.address() + " replica c "
                        + highReplica.address() + " 1 " + high.address() + " " + second.address(),
                low.address() + " 1 " + LOW + " PEER " + second.address() + " 1 " + HIGH + replicas);
        tell(
                second,
                "master c " + high.address() + " 1 " + highReplica.address() + " " + first.address() + " replica c "
                        + lowReplica.address() + " 1 " + low.address() + " " + first.address(),
                high.address() + " 1 " + HIGH + " PEER " + first.address() + " 1 " + LOW + replicas);
    }

    @AfterEach
    void stopProxies() {
        first.close();
        second.close();
    }

    /** The first proxy fails and the second takes over; the first comes back in its place with two replicas. */
    private void failOver() {
        String replicas = " REPLICA " + lowReplica.address() + " " + first.replicaAddress() + " 1 " + LOW + " "
                + highReplica.address() + " " + first.replicaAddress() + " 1 " + HIGH;
        tell(
                second,
                "master c " + high.address() + " 1 " + highReplica.address() + " " + first.address() + " master c "
                        + low.address() + " 1 " + lowReplica.address() + " " + first.address(),
                high.address() + " 1 " + HIGH + " " + low.address() + " 1 " + LOW + replicas);
        tell(
                first,
                "replica c " + highReplica.address() + " 1 " + high.address() + " " + second.address() + " replica c "
                        + lowReplica.address() + " 1 " + low.address() + " " + second.address(),
                "PEER " + second.address() + " 2 " + LOW + " " + HIGH + replicas);
    }

    @Test
    void keys_are_redirected_to_the_master_unless_the_client_reads_from_replicas() {
        write();
        try (RespConnection client = replica(second)) {
            String toFirst = "MOVED " + Slot.of(LOW_KEY) + " " + first.address();
            assertThat(text(client.call("GET", LOW_KEY))).isEqualTo(toFirst);
            assertThat(text(client.call("GET", HIGH_KEY)))
                    .as("of this proxy's master")
                    .isEqualTo("MOVED " + Slot.of(HIGH_KEY) + " " + second.address());

            client.call("READONLY");
            assertThat(text(client.call("GET", LOW_KEY))).isEqualTo("low");
            assertThat(text(client.call("GET", HIGH_KEY))).startsWith("MOVED ");
            assertThat(text(client.call("SET", LOW_KEY, "v"))).isEqualTo(toFirst);
            assertThat(text(client.call("BLPOP", LOW_KEY, "0"))).isEqualTo(toFirst);
            if (low.knows("EVAL_RO")) {
                assertThat(text(client.call("EVAL_RO", "return redis.call('GET', KEYS[1])", "1", LOW_KEY)))
                        .isEqualTo("low");
            }
            assertThat(text(client.call("EVAL", "return redis.call('GET', KEYS[1])", "1", LOW_KEY)))
                    .as("which Redis lets a replica execute as long as it does not write")
                    .isEqualTo("low");
            assertThat(text(client.call("EVAL", "return redis.call('SET', KEYS[1], 'x')", "1", LOW_KEY)))
                    .contains("READONLY");

            second.replicasReadable(false);
            assertThat(text(client.call("GET", LOW_KEY)))
                    .as("while the replica is behind")
                    .isEqualTo(toFirst);
            second.replicasReadable(true);
            client.call("READWRITE");
            assertThat(text(client.call("GET", LOW_KEY))).isEqualTo(toFirst);
        }
    }

    @Test
    void active_redirection_forwards_nothing_from_the_replica_port() {
        stopProxies();
        startProxies(TwoMasters.active());
        write();
        try (RespConnection client = replica(second);
                RespConnection main = RespConnection.to(second.port())) {
            assertThat(text(client.call("GET", LOW_KEY))).startsWith("MOVED ");
            assertThat(text(client.call("MGET", LOW_KEY, HIGH_KEY))).startsWith("CROSSSLOT ");
            assertThat(keys(client)).containsExactly(LOW_KEY);
            assertThat(text(main.call("GET", LOW_KEY))).isEqualTo("low");
            assertThat(keys(main)).containsExactlyInAnyOrder(LOW_KEY, HIGH_KEY);
        }
    }

    @Test
    void a_transaction_reads_from_the_replica_and_does_not_write_there() {
        write();
        try (RespConnection client = replica(second)) {
            client.call("READONLY");
            client.call("WATCH", LOW_KEY);
            client.call("MULTI");
            assertThat(text(client.call("GET", LOW_KEY))).isEqualTo("QUEUED");
            assertThat(text(((RespValue.Array) client.call("EXEC")).items().get(0)))
                    .isEqualTo("low");

            client.call("MULTI");
            assertThat(text(client.call("SET", LOW_KEY, "v"))).startsWith("MOVED ");
            assertThat(text(client.call("EXEC"))).startsWith("EXECABORT");
        }
    }

    @Test
    void commands_without_keys_are_answered_by_the_replica() {
        write();
        try (RespConnection client = replica(second)) {
            assertThat(keys(client)).containsExactly(LOW_KEY);
            assertThat(scan(client)).containsExactly(LOW_KEY);
            assertThat(text(client.call("DBSIZE"))).isEqualTo("1");
            assertThat(text(client.call("RANDOMKEY"))).isEqualTo(LOW_KEY);
            assertThat(text(client.call("CLUSTER", "COUNTKEYSINSLOT", String.valueOf(Slot.of(LOW_KEY)))))
                    .isEqualTo("1");
            assertThat(text(client.call("FLUSHALL"))).isEqualTo(READONLY);
            assertThat(text(client.call("FUNCTION", "LOAD", FUNCTION))).isEqualTo(READONLY);
            String sha = text(client.call("SCRIPT", "LOAD", "return 'loaded'"));
            assertThat(text(client.call("EVALSHA", sha, "0"))).isEqualTo("loaded");
            try (RespConnection direct = lowReplica.connect()) {
                assertThat(((RespValue.Array) direct.call("SCRIPT", "EXISTS", sha)).items())
                        .containsExactly(new RespValue.Int(1));
            }
            assertThat(text(client.call("WAIT", "1", "0")))
                    .startsWith("ERR WAIT cannot be used with replica instances");
        }
    }

    @Test
    void a_replica_that_takes_writes_gets_none() {
        write();
        try (RespConnection client = replica(first)) {
            assertThat(text(client.call("FLUSHALL"))).isEqualTo(READONLY);
            assertThat(text(client.call("FUNCTION", "LOAD", FUNCTION))).isEqualTo(READONLY);
            assertThat(keys(client)).containsExactly(HIGH_KEY);
        }
    }

    /** As Redis, which leaves out replicas that are not connected or have no data yet. */
    @Test
    void role_shows_what_the_nodes_see() {
        write();
        try (RespConnection master = RespConnection.to(first.port());
                RespConnection replica = replica(second);
                RespConnection node = lowReplica.connect();
                RespConnection masterNode = low.connect()) {
            await().atMost(LIMIT)
                    .until(() -> text(node.call("INFO", "replication")).contains("master_link_status:up"));
            List<RespValue> shown = await().atMost(LIMIT)
                    .until(
                            () -> items(master.call("ROLE")),
                            role -> role.get(1)
                                    .equals(items(masterNode.call("ROLE")).get(1)));
            assertThat(items(shown.get(2)))
                    .singleElement()
                    .satisfies(one -> assertThat(text(items(one).get(1)))
                            .isEqualTo(Integer.toString(second.replicaAddress().port())));
            assertThat(text(items(replica.call("ROLE")).get(3))).isEqualTo("connected");

            node.call("REPLICAOF", "127.0.0.1", "1");
            await().atMost(LIMIT)
                    .until(() -> items(items(master.call("ROLE")).get(2)).isEmpty());
            List<RespValue> alone = items(replica.call("ROLE"));
            assertThat(text(alone.get(3))).isEqualTo("connect");
            assertThat(alone.get(4)).isEqualTo(new RespValue.Int(-1));
            node.call("REPLICAOF", "127.0.0.1", Integer.toString(low.port()));
            await().atMost(LIMIT)
                    .until(() -> items(items(master.call("ROLE")).get(2)).size() == 1);
        }
    }

    private static List<RespValue> items(RespValue array) {
        return ((RespValue.Array) array).items();
    }

    @Test
    void the_replica_port_says_what_it_is() {
        try (RespConnection client = replica(second);
                RespConnection main = RespConnection.to(second.port())) {
            assertThat(text(client.call("INFO", "replication")))
                    .contains("role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:" + first.port());
            assertThat(text(main.call("INFO", "replication"))).contains("role:master\r\nconnected_slaves:1\r\n");
            assertThat(((RespValue.Array) client.call("ROLE")).items().subList(0, 3))
                    .containsExactly(
                            new RespValue.Bulk("slave"),
                            new RespValue.Bulk("127.0.0.1"),
                            new RespValue.Int(first.port()));
            assertThat(text(((RespValue.Array) main.call("ROLE")).items().get(0)))
                    .isEqualTo("master");
            String myself = text(client.call("CLUSTER", "MYID"));
            assertThat(text(client.call("CLUSTER", "NODES")))
                    .contains(myself + " " + second.replicaAddress() + "@5299 myself,slave ");
            assertThat(text(main.call("CLUSTER", "NODES")))
                    .contains(" " + second.address() + "@5299 myself,master - ")
                    .contains(myself + " " + second.replicaAddress() + "@5299 slave ");
            assertThat(text(client.call("CLUSTER", "MYSHARDID")))
                    .isEqualTo(text(RespConnection.to(first.port()).call("CLUSTER", "MYID")));
        }
    }

    @Test
    void messages_reach_subscribers_at_the_replica_port() {
        try (RespConnection subscriber = replica(second);
                RespConnection publisher = replica(first)) {
            subscriber.call("SUBSCRIBE", HIGH_KEY);
            assertThat(text(publisher.call("PUBLISH", HIGH_KEY, "m"))).isEqualTo("0");
            assertThat(subscriber.receive())
                    .isEqualTo(new RespValue.Array(List.of(
                            new RespValue.Bulk("message"), new RespValue.Bulk(HIGH_KEY), new RespValue.Bulk("m"))));
        }
    }

    @Test
    void messages_of_shard_channels_are_those_of_the_replicated_slots() {
        low.assumeKnows("SSUBSCRIBE");
        try (RespConnection shard = replica(second);
                RespConnection publisher = replica(first)) {
            shard.call("SSUBSCRIBE", LOW_KEY);
            assertThat(text(publisher.call("SPUBLISH", LOW_KEY, "m"))).startsWith("MOVED ");
            assertThat(text(publisher.call("SPUBLISH", HIGH_KEY, "m"))).isEqualTo("0");
            try (RespConnection other = replica(second)) {
                assertThat(text(other.call("SPUBLISH", LOW_KEY, "m"))).isEqualTo("1");
            }
        }
    }

    @Test
    void after_a_failover_one_master_and_one_replica_are_announced() {
        failOver();
        for (ProxyHarness proxy : List.of(first, second)) {
            try (RespConnection client = RespConnection.to(proxy.port())) {
                String nodes = text(client.call("CLUSTER", "NODES"));
                assertThat(nodes.lines()).hasSize(2);
                assertThat(nodes)
                        .contains(" " + second.address() + "@5299 ")
                        .contains(" connected 0-16383")
                        .contains(" " + first.replicaAddress() + "@5299 ");
                List<RespValue> runs = ((RespValue.Array) client.call("CLUSTER", "SLOTS")).items();
                assertThat(runs).hasSize(1);
                assertThat(((RespValue.Array) runs.get(0)).items())
                        .as("start, end, master, replica")
                        .hasSize(4);
            }
        }
        try (RespConnection client = RespConnection.to(second.port())) {
            assertThat(text(client.call("INFO", "replication"))).contains("connected_slaves:1\r\n");
        }
    }

    @Test
    void after_a_failover_the_replacement_answers_for_its_shard_at_both_ports() {
        write();
        failOver();
        try (RespConnection main = RespConnection.to(first.port());
                RespConnection replica = replica(first)) {
            for (RespConnection client : List.of(main, replica)) {
                assertThat(keys(client)).containsExactlyInAnyOrder(LOW_KEY, HIGH_KEY);
                assertThat(scan(client)).containsExactlyInAnyOrder(LOW_KEY, HIGH_KEY);
                assertThat(text(client.call("DBSIZE"))).isEqualTo("2");
                String sha = text(client.call("SCRIPT", "LOAD", "return 'here'"));
                assertThat(text(client.call("EVALSHA", sha, "0"))).isEqualTo("here");
            }
            assertThat(text(main.call("GET", LOW_KEY))).isEqualTo("MOVED " + Slot.of(LOW_KEY) + " " + second.address());
            if (low.knows("FUNCTION")) {
                assertThat(text(main.call("FUNCTION", "LOAD", FUNCTION))).isEqualTo("f");
            }
            assertThat(text(main.call("INFO", "replication")))
                    .contains("role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:" + second.port());
            assertThat(text(replica.call("FLUSHALL"))).isEqualTo(READONLY);
            assertThat(text(main.call("FLUSHALL"))).isEqualTo("OK");
        }
        try (RespConnection promoted = replica(second)) {
            assertThat(text(promoted.call("SET", LOW_KEY, "v")))
                    .as("at the port of a replica that was promoted")
                    .isEqualTo("OK");
            assertThat(text(promoted.call("INFO", "replication"))).contains("role:master");
        }
    }

    @Test
    void a_proxy_whose_master_has_no_slots_has_no_keys() {
        tell(first, "master c " + low.address() + " 0", "PEER " + second.address() + " 2 " + LOW + " " + HIGH);
        try (RespConnection client = RespConnection.to(first.port())) {
            assertThat(keys(client)).isEmpty();
            assertThat(scan(client)).isEmpty();
            assertThat(text(client.call("DBSIZE"))).isEqualTo("0");
            assertThat(client.callForBytes("RANDOMKEY")).isEqualTo("$-1\r\n");
            assertThat(text(client.call("FLUSHALL"))).isEqualTo("OK");
            String sha = text(client.call("SCRIPT", "LOAD", "return 'here'"));
            assertThat(text(client.call("EVALSHA", sha, "0"))).isEqualTo("here");
        }
    }

    private void write() {
        for (ProxyHarness proxy : List.of(first, second)) {
            try (RespConnection client = RespConnection.to(proxy.port())) {
                client.call("SET", LOW_KEY, "low");
                client.call("SET", HIGH_KEY, "high");
            }
        }
        for (RedisServerProcess redis : List.of(lowReplica, highReplica)) {
            try (RespConnection connection = redis.connect()) {
                await().until(() -> text(connection.call("DBSIZE")).equals("1"));
            }
        }
    }

    private static List<String> keys(RespConnection client) {
        return strings(client.call("KEYS", "*"));
    }

    private static Set<String> scan(RespConnection client) {
        Set<String> keys = new HashSet<>();
        String cursor = "0";
        do {
            List<RespValue> reply = ((RespValue.Array) client.call("SCAN", cursor)).items();
            cursor = text(reply.get(0));
            keys.addAll(strings(reply.get(1)));
        } while (!cursor.equals("0"));
        return keys;
    }

    private static List<String> strings(RespValue array) {
        List<String> strings = new ArrayList<>();
        ((RespValue.Array) array).items().forEach(item -> strings.add(text(item)));
        return strings;
    }

    private static RespConnection replica(ProxyHarness proxy) {
        return RespConnection.to(proxy.replicaAddress().port());
    }

    private static void tell(ProxyHarness proxy, String roles, String slots) {
        long epoch = proxy.topology().current().epoch().value() + 1;
        proxy.topology().apply(SetRepl.parse(List.of((epoch + " NOFLAG " + roles).split(" "))));
        proxy.topology().apply(SetCluster.parse(List.of(("v2 " + epoch + " NOFLAG c " + slots).split(" "))));
    }
}
