package io.undermoon.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.testing.ControlFixture;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares RESP3 replies of the proxy with those of a Redis 7.0 in cluster mode. */
class RedisRepliesInRespThreeIT {
    private static RedisServerProcess clusterNode;

    private final ControlFixture proxy = new ControlFixture();
    private final RespConnection redis = clusterNode.connect().inRespThree();

    @BeforeAll
    static void start() {
        clusterNode = RedisServerProcess.startVersion70("--cluster-enabled", "yes", "--databases", "1");
        try (RespConnection connection = clusterNode.connect()) {
            assertThat(connection.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383"))
                    .isEqualTo(new RespValue.Simple("OK"));
        }
    }

    @AfterAll
    static void stop() {
        clusterNode.close();
    }

    @BeforeEach
    void serve() {
        proxy.client.protocol(Protocol.RESP3);
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-16383");
    }

    @AfterEach
    void close() {
        redis.close();
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ACL CAT",
                "ACL GETUSER default",
                "ACL GETUSER nobody",
                "ACL LIST",
                "PING",
                "PING x",
                "ECHO x",
                "HELLO x",
                "HELLO 4",
                "HELLO 3 FOO",
                "CLIENT GETNAME",
                "CLIENT LIST ID 1000000",
                "CLIENT LIST TYPE pubsub",
                "CLUSTER KEYSLOT foo",
                "CLUSTER COUNTKEYSINSLOT -1",
                "CONFIG GET nosuch",
                "CONFIG GET databases",
                "SLOWLOG GET 0",
                "SLOWLOG HELP",
                "INFO nosuch",
                "INFO cluster",
                "COMMAND GETKEYS MSET a 1 b 2",
                "COMMAND GETKEYSANDFLAGS MSET a 1 b 2",
                "COMMAND INFO get nosuch",
                "COMMAND INFO hset xread lmpop",
            })
    void replies_as_redis(String command) {
        String[] words = command.split(" ");
        assertThat(sorted(proxy.call(words))).isEqualTo(sorted(redis.call(words)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HELLO",
                "HELLO 3",
                "CLIENT LIST",
                "CLIENT INFO",
                "CLUSTER SLOTS",
                "CLUSTER SHARDS",
                "CLUSTER NODES",
                "CLUSTER INFO",
                "CLUSTER MYID",
                "TIME",
                "INFO",
                "RESET",
            })
    void has_the_shape_of_redis(String command) {
        String[] words = command.split(" ");
        assertThat(shape(proxy.call(words))).isEqualTo(shape(redis.call(words)));
    }

    @Test
    void command_docs_come_from_a_node() {
        assertThat(proxy.words("COMMAND DOCS get")).isEqualTo("%0\r\n");
        proxy.nodeStates.add(new NodeState(
                new NodeAddress(clusterNode.address()), Role.MASTER, true, 0, "none", 0, "", -1, "none", true));
        assertThat(proxy.call("COMMAND", "DOCS", "get", "set")).isEqualTo(redis.call("COMMAND", "DOCS", "get", "set"));
    }

    /** A value as text; elements of sets are sorted, as sets have no order. */
    private static String sorted(RespValue value) {
        if (value instanceof RespValue.Set set) {
            return set.items().stream()
                    .map(RedisRepliesInRespThreeIT::sorted)
                    .sorted()
                    .collect(Collectors.joining(",", "~[", "]"));
        }
        if (value instanceof RespValue.Array array) {
            return joined(
                    array.items().stream()
                            .map(RedisRepliesInRespThreeIT::sorted)
                            .toList(),
                    "[");
        }
        if (value instanceof RespValue.Dictionary map) {
            return joined(
                    map.entries().stream()
                            .map(entry -> sorted(entry.getKey()) + "=" + sorted(entry.getValue()))
                            .toList(),
                    "{");
        }
        return value.toString();
    }

    /** The types of a value and of its elements. */
    private static String shape(RespValue value) {
        if (value instanceof RespValue.Array array) {
            return joined(
                    array.items().stream().map(RedisRepliesInRespThreeIT::shape).toList(), "[");
        }
        if (value instanceof RespValue.Dictionary map) {
            return joined(
                    map.entries().stream()
                            .map(entry -> entry.getKey() + "=" + shape(entry.getValue()))
                            .toList(),
                    "{");
        }
        return value instanceof RespValue.Verbatim text
                ? "verbatim " + text.format()
                : value.getClass().getSimpleName();
    }

    private static String joined(List<String> parts, String begin) {
        return parts.stream().collect(Collectors.joining(",", begin, ")"));
    }
}
