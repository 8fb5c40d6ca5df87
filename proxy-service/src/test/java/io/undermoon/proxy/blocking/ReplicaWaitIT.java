package io.undermoon.proxy.blocking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code WAIT} and {@code WAITAOF} are about everything that the client has written, wherever it went. */
class ReplicaWaitIT {
    private static final String LOW = keyIn(0, TwoMasters.LAST_LOW_SLOT);
    private static final String HIGH = keyIn(TwoMasters.LAST_LOW_SLOT + 1, Slot.COUNT - 1);

    @ParameterizedTest
    @EnumSource(Layout.class)
    void all_nodes_that_were_written_to_are_asked_and_the_smallest_number_counts(Layout layout) {
        try (TwoMasters masters = new TwoMasters(layout);
                RedisServerProcess lowReplica = replicaOf(masters.low);
                RedisServerProcess highReplica = replicaOf(masters.high);
                RespConnection client = masters.connect()) {
            client.call("SET", HIGH, "1");
            assertThat(text(client.call("WAIT", "1", "5000"))).isEqualTo("1");

            client.send("MULTI");
            client.send("SET", HIGH, "2");
            client.send("EXEC");
            client.send("WAIT", "1", "5000");
            client.receive();
            client.receive();
            client.receive();
            assertThat(text(client.receive())).isEqualTo("1");
            try (RespConnection copy = highReplica.connect()) {
                assertThat(text(copy.call("GET", HIGH))).isEqualTo("2");
            }

            highReplica.freeze();
            client.call("SET", LOW, "3");
            assertThat(text(client.call("WAIT", "1", "5000"))).isEqualTo("1");
            assertThat(text(client.call("WAIT", "1", "5000"))).as("again").isEqualTo("1");

            client.call("SET", HIGH, "4");
            client.call("SET", LOW, "4");
            assertThat(text(client.call("WAIT", "1", "100"))).isEqualTo("0");
            client.call("SET", LOW, "5");
            assertThat(text(client.call("WAIT", "1", "100")))
                    .as("a write that was not replicated is not forgotten")
                    .isEqualTo("0");
            highReplica.kill();
            assertThat(lowReplica.port()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void it_can_be_unblocked_and_ends_with_its_client(Layout layout) {
        try (TwoMasters masters = new TwoMasters(layout);
                RespConnection client = masters.connect();
                RespConnection other = masters.connect();
                RespConnection node = masters.high.connect()) {
            String id = text(client.call("CLIENT", "ID"));
            client.call("MSET", LOW, "1");
            client.call("MSET", HIGH, "1");
            client.send("WAIT", "1", "0");
            await().until(() -> blocked(node) == 1);
            assertThat(text(other.call("CLIENT", "UNBLOCK", id))).isEqualTo("1");
            assertThat(text(client.receive())).isEqualTo("0");
            assertThat(text(client.call("GET", HIGH))).isEqualTo("1");

            client.send("WAIT", "1", "0");
            await().until(() -> blocked(node) == 1);
            client.close();
            await().until(() -> blocked(node) == 0);
        }
    }

    /** A node that becomes a replica answers with this error, and closes the connection. */
    @Test
    void a_connection_that_was_unblocked_with_an_error_serves_no_other_client() {
        try (TwoMasters masters = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = masters.connect();
                RespConnection other = masters.connect();
                RespConnection node = masters.high.connect()) {
            String id = text(client.call("CLIENT", "ID"));
            client.call("SET", HIGH, "1");
            client.send("WAIT", "1", "0");
            await().until(() -> blocked(node) == 1);
            assertThat(text(node.call("CLIENT", "LIST"))).contains(" cmd=wait ");

            assertThat(text(other.call("CLIENT", "UNBLOCK", id, "ERROR"))).isEqualTo("1");
            assertThat(text(client.receive())).startsWith("UNBLOCKED ");
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> !text(node.call("CLIENT", "LIST")).contains(" cmd=wait "));
        }
    }

    private static int blocked(RespConnection node) {
        String info = text(node.call("INFO", "clients"));
        String field = "blocked_clients:";
        int start = info.indexOf(field) + field.length();
        return Integer.parseInt(info.substring(start, info.indexOf('\r', start)));
    }

    @Test
    void waitaof_counts_masters_and_replicas() {
        try (ScriptedRedis one = answering(1, 2);
                ScriptedRedis other = answering(0, 3);
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serve(Map.of(port(one), TwoMasters.LOW, port(other), TwoMasters.HIGH), Map.of());
            client.call("SET", LOW, "1");
            client.call("SET", HIGH, "1");
            assertThat(client.call("WAITAOF", "1", "2", "100")).isEqualTo(numbers(0, 2));
        }
    }

    private static ScriptedRedis answering(long masters, long replicas) {
        return new ScriptedRedis(
                command -> command.get(0).equals("WAITAOF") ? numbers(masters, replicas) : new RespValue.Int(1));
    }

    private static RespValue numbers(long masters, long replicas) {
        return new RespValue.Array(List.of(new RespValue.Int(masters), new RespValue.Int(replicas)));
    }

    private static int port(ScriptedRedis redis) {
        String address = redis.address();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static RedisServerProcess replicaOf(RedisServerProcess master) {
        RedisServerProcess replica =
                RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
        try (RespConnection node = master.connect()) {
            await().until(() -> text(node.call("INFO", "replication")).contains("state=online"));
        }
        return replica;
    }

    private static String keyIn(int first, int last) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("key" + i);
            if (first <= slot && slot <= last) {
                return "key" + i;
            }
        }
    }
}
