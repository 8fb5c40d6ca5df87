package io.undermoon.proxy.forward;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.slot.Slot;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With active redirection, commands that cannot be sent wait for a failover: nobody sees an error for them. */
class FailoverWaitIT {
    private static final String LOW = keyIn(0, TwoMasters.LAST_LOW_SLOT);
    private static final String HIGH = keyIn(TwoMasters.LAST_LOW_SLOT + 1, Slot.COUNT - 1);
    private static final int LONG_MILLIS = 60_000;
    private static final int SHORT_MILLIS = 300;

    private RedisServerProcess low;
    private RedisServerProcess high;
    private ProxyHarness first;
    private ProxyHarness dying;
    private boolean dead;
    private ProxyHarness successor;

    @BeforeEach
    void start() {
        low = RedisServerProcess.start();
        high = RedisServerProcess.start();
    }

    private void startProxies(int waitMillis) {
        first = start(waitMillis);
        dying = start(waitMillis);
        successor = start(waitMillis);
        first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(dying.address(), TwoMasters.HIGH));
        dying.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
        successor.serve(Map.of(), Map.of(first.address(), TwoMasters.LOW, dying.address(), TwoMasters.HIGH));
    }

    private static ProxyHarness start(int waitMillis) {
        return ProxyHarness.start(
                1,
                settings -> new SessionSettings(
                        true, settings.maxRedirections(), settings.maxPipeline(), false, "", waitMillis));
    }

    private void failOver() {
        successor.serve(Map.of(high.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
        first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(successor.address(), TwoMasters.HIGH));
    }

    private void die() {
        dead = true;
        dying.close();
    }

    @AfterEach
    void stop() {
        first.close();
        if (!dead) {
            dying.close();
        }
        successor.close();
        low.close();
        high.close();
    }

    @Test
    void commands_for_a_peer_that_has_died_are_executed_by_its_successor_in_order() {
        startProxies(LONG_MILLIS);
        try (RespConnection client = RespConnection.to(first.port());
                RespConnection waiter = RespConnection.to(first.port());
                RespConnection other = RespConnection.to(first.port())) {
            assertThat(text(client.call("INCR", HIGH))).isEqualTo("1");
            die();
            awaitLost();
            for (int i = 0; i < 50; i++) {
                client.send("INCR", HIGH);
            }
            client.send("MSET", HIGH + "{" + HIGH + "}", "x", LOW, "x");
            client.send("MULTI");
            client.send("INCR", HIGH);
            client.send("EXEC");
            waiter.send("BLPOP", "list{" + HIGH + "}", "0");
            assertThat(text(other.call("SET", LOW, "served"))).isEqualTo("OK");

            failOver();

            for (int i = 0; i < 50; i++) {
                assertThat(text(client.receive())).isEqualTo(Integer.toString(2 + i));
            }
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("QUEUED");
            assertThat(client.receive().toString()).contains("52");
            assertThat(text(other.call("RPUSH", "list{" + HIGH + "}", "popped")))
                    .isEqualTo("1");
            assertThat(waiter.receive().toString()).contains("popped");
        }
    }

    @Test
    void a_peer_that_learns_of_the_failover_later_holds_what_it_cannot_forward() {
        startProxies(LONG_MILLIS);
        try (RespConnection client = RespConnection.to(first.port())) {
            die();
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of(successor.address(), TwoMasters.HIGH));
            client.send("INCR", HIGH);
            await().until(() -> successor.stats().get(Counter.BACKEND_CONNECT_FAILURES) > 0);
            failOver();
            assertThat(text(client.receive())).isEqualTo("1");
        }
    }

    @Test
    void commands_for_a_node_that_restarts_wait_until_it_is_back() {
        startProxies(LONG_MILLIS);
        try (RespConnection client = RespConnection.to(first.port())) {
            assertThat(text(client.call("SET", LOW, "1"))).isEqualTo("OK");
            low.kill();
            awaitLost();
            client.send("SET", LOW, "2");
            client.send("GET", LOW);
            low.restart();
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("2");
        }
    }

    @Test
    void commands_for_a_replica_that_takes_over_wait_until_it_is_a_master() {
        startProxies(LONG_MILLIS);
        try (RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(high.port()));
                RespConnection node = replica.connect();
                RespConnection client = RespConnection.to(successor.port());
                RespConnection other = RespConnection.to(successor.port())) {
            successor.nodesAreReplicas(true);
            successor.serve(Map.of(replica.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
            client.send("INCR", HIGH);
            client.send("WATCH", HIGH);
            client.send("MULTI");
            client.send("INCR", HIGH);
            client.send("EXEC");
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=incr "));
            assertThat(text(other.call("SET", LOW, "served"))).isEqualTo("OK");

            assertThat(text(node.call("REPLICAOF", "NO", "ONE"))).isEqualTo("OK");
            successor.nodesAreReplicas(false);

            assertThat(text(client.receive())).isEqualTo("1");
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThat(text(client.receive())).isEqualTo("QUEUED");
            assertThat(client.receive().toString()).contains("2");
        }
    }

    @Test
    void a_node_that_stays_a_replica_is_not_waited_for_for_ever() {
        startProxies(SHORT_MILLIS);
        try (RedisServerProcess replica =
                        RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(high.port()));
                RespConnection client = RespConnection.to(successor.port())) {
            successor.nodesAreReplicas(true);
            successor.serve(Map.of(replica.port(), TwoMasters.HIGH), Map.of(first.address(), TwoMasters.LOW));
            assertThat(text(client.call("INCR", HIGH))).startsWith("READONLY ");
        }
    }

    @Test
    void commands_for_slots_that_nobody_serves_wait_until_somebody_does() {
        startProxies(LONG_MILLIS);
        try (RespConnection client = RespConnection.to(first.port());
                RespConnection other = RespConnection.to(first.port())) {
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of());
            client.send("SET", HIGH, "1");
            assertThat(text(other.call("SET", LOW, "served"))).isEqualTo("OK");
            failOver();
            assertThat(text(client.receive())).isEqualTo("OK");
        }
    }

    @Test
    void after_the_limit_commands_are_refused_as_without_it() {
        startProxies(SHORT_MILLIS);
        try (RespConnection client = RespConnection.to(first.port())) {
            die();
            for (String command : List.of("first", "second")) {
                assertThat(text(client.call("SET", HIGH, command)))
                        .startsWith("CLUSTERDOWN node " + dying.address())
                        .endsWith("nothing was executed");
            }
            first.serve(Map.of(low.port(), TwoMasters.LOW), Map.of());
            assertThat(text(client.call("SET", HIGH, "third"))).isEqualTo("CLUSTERDOWN Hash slot not served");
        }
    }

    private void awaitLost() {
        await().until(() -> first.stats().get(Counter.BACKEND_CONNECTIONS_LOST) > 0);
    }

    private static String keyIn(int from, int last) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("key" + i);
            if (from <= slot && slot <= last) {
                return "key" + i;
            }
        }
    }
}
