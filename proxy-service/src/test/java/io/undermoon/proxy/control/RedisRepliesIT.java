package io.undermoon.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.testing.ControlFixture;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares replies of the proxy with those of a Redis 7.0 in cluster mode; a plain Redis is the node of the proxy. */
class RedisRepliesIT {
    private static RedisServerProcess clusterNode;
    private static RedisServerProcess plain;

    private final ControlFixture proxy = new ControlFixture();
    private final RespConnection redis = clusterNode.connect();

    @BeforeAll
    static void start() {
        clusterNode = RedisServerProcess.startVersion70("--cluster-enabled", "yes", "--databases", "1");
        plain = RedisServerProcess.startVersion70();
        try (RespConnection connection = clusterNode.connect()) {
            assertThat(connection.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383"))
                    .isEqualTo(new RespValue.Simple("OK"));
        }
    }

    @AfterAll
    static void stop() {
        clusterNode.close();
        plain.close();
    }

    @AfterEach
    void close() {
        redis.close();
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PING",
                "PING x",
                "PING x y",
                "ECHO x",
                "SELECT 0",
                "SELECT x",
                "READONLY",
                "READWRITE",
                "ASKING",
                "AUTH x",
                "AUTH default x",
                "AUTH foo x",
                "AUTH a b c",
                "HELLO x",
                "HELLO 1",
                "HELLO 4",
                "HELLO 2 FOO",
                "HELLO 2 SETNAME",
                "HELLO 2 AUTH x",
                "HELLO 2 AUTH foo bar",
                "RESET",
                "CLIENT GETNAME",
                "CLIENT LIST FOO",
                "CLIENT LIST ID",
                "CLIENT LIST ID x",
                "CLIENT LIST ID 1000000",
                "CLIENT LIST TYPE foo",
                "CLIENT LIST TYPE pubsub",
                "CLIENT KILL 1.2.3.4:5",
                "CLIENT KILL ID x",
                "CLIENT KILL ID 0",
                "CLIENT KILL ID 1000000",
                "CLIENT KILL ID 1 TYPE",
                "CLIENT KILL TYPE foo",
                "CLIENT KILL TYPE pubsub",
                "CLIENT KILL TYPE replica",
                "CLIENT KILL USER nobody",
                "CLIENT KILL ADDR 1.2.3.4:5 SKIPME no",
                "CLIENT KILL ADDR 1.2.3.4:5 SKIPME maybe",
                "CLIENT KILL FOO bar",
                "CLIENT PAUSE x",
                "CLIENT PAUSE -1",
                "CLIENT PAUSE 0",
                "CLIENT PAUSE 0 WRITE",
                "CLIENT PAUSE 0 FOO",
                "CLIENT UNPAUSE",
                "CLIENT NO-EVICT ON",
                "CLIENT NO-EVICT off",
                "CLIENT NO-EVICT x",
                "CLIENT REPLY x",
                "CLIENT REPLY on",
                "CLIENT UNBLOCK x",
                "CLIENT UNBLOCK 1 FOO",
                "CLIENT UNBLOCK 1000000",
                "CLUSTER KEYSLOT foo{bar}{zap}",
                "CLUSTER KEYSLOT foo{}{bar}",
                "CLUSTER COUNTKEYSINSLOT x",
                "CLUSTER COUNTKEYSINSLOT -1",
                "CLUSTER COUNTKEYSINSLOT 16384",
                "CLUSTER GETKEYSINSLOT x 1",
                "CLUSTER GETKEYSINSLOT 1 x",
                "CLUSTER GETKEYSINSLOT 1 -1",
                "CLUSTER GETKEYSINSLOT 16384 1",
                "CLUSTER LINKS",
                "CLUSTER REPLICAS foo",
                "CLUSTER SLAVES foo",
                "CONFIG GET nosuch",
                "CONFIG GET databases",
                "CONFIG GET DATA?ASES databases",
                "CONFIG SET nosuch 1",
                "CONFIG SET databases 4",
                "CONFIG SET maxmemory-clients 200%",
                "CONFIG SET maxmemory-clients x%",
                "CONFIG SET slowlog-log-slower-than x",
                "CONFIG SET slowlog-log-slower-than 01",
                "CONFIG SET slowlog-log-slower-than 1 slowlog-log-slower-than 2",
                "CONFIG SET slowlog-log-slower-than 1 port",
                "CONFIG SET slowlog-log-slower-than 10000",
                "CONFIG SET slowlog-max-len 4 slowlog-log-slower-than 5",
                "CONFIG SET slowlog-max-len x",
                "CONFIG SET slowlog-max-len -1",
                "MODULE LIST",
                "LATENCY HISTOGRAM blabla",
                "CONFIG GET proto-max-bulk-len",
                "CONFIG GET client-query-buffer-limit",
                "CONFIG GET client-output-buffer-limit",
                "CONFIG GET timeout",
                "CONFIG SET timeout -1",
                "CONFIG SET timeout x",
                "CONFIG SET proto-max-bulk-len x",
                "CONFIG SET proto-max-bulk-len 100mb",
                "CONFIG SET client-query-buffer-limit -1",
                "CONFIG SET client-output-buffer-limit x",
                "CONFIG RESETSTAT",
                "SLOWLOG GET x",
                "SLOWLOG GET -2",
                "SLOWLOG GET 0",
                "SLOWLOG RESET",
                "ACL CAT",
                "ACL CAT nosuch",
                "ACL CAT a b",
                "ACL DELUSER default",
                "ACL DELUSER nobody",
                "ACL DRYRUN default get",
                "ACL DRYRUN default get x",
                "ACL DRYRUN default nosuch",
                "ACL DRYRUN nobody get x",
                "ACL GENPASS 0",
                "ACL GENPASS x",
                "ACL GENPASS 1 2",
                "ACL GETUSER default",
                "ACL GETUSER nobody",
                "ACL HELP",
                "ACL LIST",
                "ACL LOG x",
                "ACL LOG 1 2",
                "ACL LOG RESET",
                "ACL SETUSER u bogus",
                "ACL SETUSER u +nosuch",
                "ACL SETUSER u (+get",
                "ACL SETUSER u <none",
                "ACL USERS",
                "ACL WHOAMI",
                "INFO nosuch",
                "INFO cluster",
                "CONFIG HELP",
                "SLOWLOG HELP",
                "COMMAND HELP",
                "COMMAND GETKEYS MSET a 1 b 2",
                "COMMAND INFO get nosuch",
            })
    void replies_as_redis(String command) {
        String[] words = command.split(" ");
        if (command.equals("CONFIG HELP")) {
            // The proxy has fewer sub-commands: no CONFIG REWRITE, for example.
            assertThat(lines(redis.call(words))).containsAll(lines(proxy.call(words)));
        } else {
            assertThat(proxy.call(words)).isEqualTo(redis.call(words));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELLO",
                "HELLO 2",
                "CLIENT ID",
                "CLIENT LIST",
                "CLIENT INFO",
                "CLUSTER SLOTS",
                "CLUSTER SHARDS",
                "CLUSTER NODES",
                "CLUSTER INFO",
                "CLUSTER MYID",
                "TIME",
                "INFO",
                "SLOWLOG LEN",
            })
    void has_the_shape_of_redis(String command) {
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-16383");
        String[] words = command.split(" ");
        assertThat(shape(proxy.call(words))).isEqualTo(shape(redis.call(words)));
    }

    @Test
    void info_fields_exist_in_redis() {
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-16383");
        assertThat(names(proxy.text("CLUSTER", "INFO"), "\r\n", ":"))
                .isEqualTo(names(redisText("CLUSTER", "INFO"), "\r\n", ":"));
        Set<String> clientFields = names(proxy.text("CLIENT", "INFO").strip(), " ", "=");
        clientFields.removeAll(Set.of("lib-name", "lib-ver"));
        assertThat(names(redisText("CLIENT", "INFO").strip(), " ", "=")).containsAll(clientFields);
        Set<String> infoFields =
                names(proxy.text("INFO", "server", "clients", "stats", "replication", "cpu"), "\r\n", ":");
        // Of newer versions.
        infoFields.removeAll(Set.of("paused_reason", "paused_actions", "paused_timeout_milliseconds"));
        assertThat(names(redisText("INFO"), "\r\n", ":")).containsAll(infoFields);
    }

    @Test
    void counts_the_keys_of_a_slot() {
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb " + plain.address() + " 1 0-16383");
        try (RespConnection node = plain.connect()) {
            for (int i = 0; i < 3500; i++) {
                node.call("SET", "other" + i, "x");
            }
            for (int i = 0; i < 40; i++) {
                node.call("SET", "{tag}" + i, "x");
            }
            long chance = 0;
            for (int i = 0; i < 3500; i++) {
                chance += Slot.of("other" + i) == Slot.of("tag") ? 1 : 0;
            }
            assertThat(proxy.call("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(Slot.of("tag"))))
                    .isEqualTo(new RespValue.Int(40 + chance));
            assertThat(keysInSlot("tag", 1000)).hasSize((int) (40 + chance)).contains("{tag}0", "{tag}39");
            assertThat(keysInSlot("tag", 7)).hasSize(7);
            node.call("FLUSHALL");
            assertThat(proxy.call("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(Slot.of("tag"))))
                    .isEqualTo(new RespValue.Int(0));
        }
    }

    @Test
    void reports_a_failed_count_of_keys() {
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:1 1 0-16383");
        assertThat(proxy.words("CLUSTER COUNTKEYSINSLOT 1"))
                .startsWith("-CLUSTERDOWN node 127.0.0.1:1 cannot be reached");
    }

    @Test
    void command_docs_come_from_a_node() {
        assertThat(proxy.words("COMMAND DOCS get")).isEqualTo("*0\r\n");
        proxy.nodeStates.add(
                new NodeState(new NodeAddress("127.0.0.1:1"), Role.MASTER, true, 0, "none", 0, "", -1, "none", true));
        assertThat(proxy.words("COMMAND DOCS get")).isEqualTo("*0\r\n");
        proxy.nodeStates.set(
                0,
                new NodeState(new NodeAddress(plain.address()), Role.MASTER, true, 0, "none", 0, "", -1, "none", true));
        assertThat(proxy.call("COMMAND", "DOCS", "get", "set")).isEqualTo(redis.call("COMMAND", "DOCS", "get", "set"));
    }

    private Set<String> keysInSlot(String key, int max) {
        String slot = Integer.toString(Slot.of(key));
        RespValue reply = proxy.call("CLUSTER", "GETKEYSINSLOT", slot, Integer.toString(max));
        return ((RespValue.Array) reply)
                .items().stream().map(name -> ((RespValue.Bulk) name).text()).collect(Collectors.toSet());
    }

    private String redisText(String... command) {
        return ((RespValue.Bulk) redis.call(command)).text();
    }

    private static List<String> lines(RespValue help) {
        return ((RespValue.Array) help)
                .items().stream().map(line -> ((RespValue.Simple) line).text()).toList();
    }

    private static Set<String> names(String text, String fieldEnd, String nameEnd) {
        return Arrays.stream(text.split(fieldEnd))
                .filter(field -> field.contains(nameEnd))
                .map(field -> field.substring(0, field.indexOf(nameEnd)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The types of a value and of its elements. */
    private static String shape(RespValue value) {
        return value instanceof RespValue.Array array
                ? array.items().stream().map(RedisRepliesIT::shape).collect(Collectors.joining(",", "[", "]"))
                : value.getClass().getSimpleName();
    }
}
