package io.undermoon.proxy.forward;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.slot.Slot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With {@code min_replica_acks} a client is told that a write is done when a replica has it. */
class ReplicaAcksIT {
    private static final String KEY = keyOf("key");
    private static final String LIST = keyOf("list");

    private TwoMasters masters;
    private RedisServerProcess replica;
    private RespConnection client;

    private void start(Layout layout) {
        masters = new TwoMasters(layout);
        replica = RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(masters.high.port()));
        try (RespConnection node = masters.high.connect()) {
            await().until(() -> text(node.call("INFO", "replication")).contains("state=online"));
        }
        masters.proxies.forEach(proxy -> proxy.configure("min_replica_acks", "1"));
        client = masters.connect();
    }

    @BeforeEach
    void none() {
        replica = null;
    }

    @AfterEach
    void stop() {
        client.close();
        if (replica != null) {
            replica.unfreeze();
            replica.close();
        }
        masters.close();
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void a_write_is_acknowledged_when_the_replica_has_it(Layout layout) {
        start(layout);
        try (RespConnection copy = replica.connect()) {
            for (int i = 0; i < 300; i++) {
                String value = Integer.toString(i);
                assertThat(text(client.call("SET", KEY, value))).isEqualTo("OK");
                assertThat(text(copy.call("GET", KEY))).isEqualTo(value);
            }
            client.send("MULTI");
            client.send("INCR", KEY);
            client.send("EXEC");
            client.receive();
            client.receive();
            client.receive();
            assertThat(text(copy.call("GET", KEY))).isEqualTo("300");
            assertThat(text(client.call("INCR", KEY))).isEqualTo("301");
            assertThat(text(client.call("LPUSH", KEY, "element"))).startsWith("WRONGTYPE");
        }
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void a_write_that_the_replica_has_not_got_is_answered_with_an_error_that_says_so(Layout layout) {
        start(layout);
        client.call("RPUSH", LIST, "element");
        replica.freeze();
        client.send("SET", KEY, "1");
        client.send("EVAL", "return redis.call('INCR', KEYS[1])", "1", KEY);
        client.send("BLPOP", LIST, "0");
        client.send("WATCH", KEY);
        client.send("MULTI");
        client.send("INCR", KEY);
        client.send("EXEC");

        try (RespConnection other = masters.connect()) {
            await("reads do not wait").until(() -> "2".equals(text(other.call("GET", KEY))));
        }

        isRefused("SET");
        isRefused("EVAL");
        isRefused("BLPOP");
        assertThat(text(client.receive())).as("WATCH").isEqualTo("OK");
        assertThat(text(client.receive())).as("MULTI").isEqualTo("OK");
        assertThat(text(client.receive())).as("INCR").isEqualTo("QUEUED");
        isRefused("EXEC");
        assertThat(text(client.call("GET", KEY))).isEqualTo("3");
        assertThat(masters.proxies.stream()
                        .mapToLong(proxy -> proxy.stats().get(Counter.WRITES_WITHOUT_REPLICAS))
                        .sum())
                .isEqualTo(4);

        masters.proxies.forEach(proxy -> proxy.configure("min_replica_acks", "0"));
        await().until(() -> text(client.call("SET", KEY, "5")).equals("OK"));
    }

    /** Nothing was written, so nothing is waited for. */
    @ParameterizedTest
    @EnumSource(Layout.class)
    void a_command_that_has_blocked_in_vain_is_answered_at_once(Layout layout) {
        start(layout);
        replica.freeze();
        assertThat(client.call("BLPOP", LIST, "0.01").toString()).doesNotContain("NOREPLICAS");
        assertThat(masters.proxies.stream()
                        .mapToLong(proxy -> proxy.stats().get(Counter.WRITES_WITHOUT_REPLICAS))
                        .sum())
                .isZero();
    }

    @Test
    void an_element_is_put_back_if_its_client_leaves_before_the_replica_has_it() {
        start(Layout.ONE_PROXY);
        client.call("RPUSH", LIST, "element");
        replica.freeze();
        try (RespConnection leaving = masters.connect();
                RespConnection other = masters.connect()) {
            leaving.send("BLPOP", LIST, "0");
            await("it is taken").until(() -> text(other.call("LLEN", LIST)).equals("0"));
            leaving.close();
            await("it is put back").until(() -> text(other.call("LLEN", LIST)).equals("1"));
        }
    }

    private void isRefused(String command) {
        assertThat(text(client.receive()))
                .as(command)
                .startsWith("NOREPLICAS the write was executed here, but 0 of 1 replicas");
    }

    private static String keyOf(String name) {
        for (int i = 0; ; i++) {
            if (Slot.of(name + i) > TwoMasters.LAST_LOW_SLOT) {
                return name + i;
            }
        }
    }
}
