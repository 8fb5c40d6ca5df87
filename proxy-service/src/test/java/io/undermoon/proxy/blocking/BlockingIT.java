package io.undermoon.proxy.blocking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockingIT {
    private RedisServerProcess redis;
    private RespConnection direct;
    private ProxyHarness proxy;
    private RespConnection client;
    private RespConnection other;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        direct = redis.connect();
        proxy = ProxyHarness.start();
        proxy.serveAllFrom(redis.port());
        client = RespConnection.to(proxy.port());
        other = RespConnection.to(proxy.port());
    }

    @AfterEach
    void stop() {
        client.close();
        other.close();
        direct.close();
        proxy.close();
        redis.close();
    }

    @Test
    void waits_at_the_node_until_there_is_something() {
        client.send("BLPOP", "{t}a", "{t}b", "0");
        awaitBlocked(1);
        other.call("RPUSH", "{t}b", "x");
        assertThat(client.receive())
                .isEqualTo(new RespValue.Array(List.of(new RespValue.Bulk("{t}b"), new RespValue.Bulk("x"))));
        assertThat(text(client.call("LLEN", "{t}b"))).isEqualTo("0");
    }

    @Test
    void the_timeout_is_that_of_redis_fractions_included() {
        long begin = System.nanoTime();
        RespValue viaProxy = client.call("BLPOP", "none", "0.2");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin)).isGreaterThanOrEqualTo(190);
        assertThat(viaProxy).isEqualTo(direct.call("BLPOP", "none", "0.01"));
        assertThat(client.call("BRPOPLPUSH", "none", "none", "0.01"))
                .isEqualTo(direct.call("BRPOPLPUSH", "none", "none", "0.01"));
        assertThat(text(client.call("BLPOP", "none", "abc"))).isEqualTo("ERR timeout is not a float or out of range");
    }

    @Test
    void commands_before_and_after_keep_their_place() {
        client.send("RPUSH", "list", "a");
        client.send("BLPOP", "list", "0");
        client.send("BLPOP", "list", "0");
        client.send("INCR", "n");
        assertThat(text(client.receive())).isEqualTo("1");
        assertThat(client.receive())
                .isEqualTo(new RespValue.Array(List.of(new RespValue.Bulk("list"), new RespValue.Bulk("a"))));
        awaitBlocked(1);
        assertThat(text(other.call("EXISTS", "n"))).isEqualTo("0");
        other.call("RPUSH", "list", "b");
        assertThat(client.receive())
                .isEqualTo(new RespValue.Array(List.of(new RespValue.Bulk("list"), new RespValue.Bulk("b"))));
        assertThat(text(client.receive())).isEqualTo("1");
    }

    @Test
    void a_client_that_leaves_is_forgotten_by_redis_at_once() {
        try (RespConnection leaver = RespConnection.to(proxy.port())) {
            leaver.send("BLPOP", "list", "0");
            awaitBlocked(1);
        }
        awaitBlocked(0);
        other.call("RPUSH", "list", "kept");
        assertThat(text(other.call("LPOP", "list"))).isEqualTo("kept");
    }

    @Test
    void waiting_clients_are_served_in_their_order_and_others_go_on() {
        client.send("BLPOP", "list", "0");
        awaitBlocked(1);
        try (RespConnection second = RespConnection.to(proxy.port())) {
            second.send("BLPOP", "list", "0");
            awaitBlocked(2);
            other.call("RPUSH", "list", "1", "2");
            assertThat(text(((RespValue.Array) client.receive()).items().get(1)))
                    .isEqualTo("1");
            assertThat(text(((RespValue.Array) second.receive()).items().get(1)))
                    .isEqualTo("2");
        }
    }

    @Test
    void streams_block_only_when_asked_to() {
        assertThat(client.call("XREAD", "STREAMS", "s", "0")).isEqualTo(direct.call("XREAD", "STREAMS", "s", "0"));
        client.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        awaitBlocked(1);
        other.call("XADD", "s", "1-1", "f", "v");
        assertThat(client.receive()).isEqualTo(direct.call("XREAD", "STREAMS", "s", "0"));
    }

    @Test
    void wait_counts_replicas_that_have_what_this_client_wrote() {
        try (RedisServerProcess replica =
                RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()))) {
            await().until(() -> text(direct.call("INFO", "replication")).contains("state=online"));
            assertThat(replica.port()).isPositive();
            for (int i = 0; i < 20; i++) {
                client.send("SET", "k", Integer.toString(i));
                client.send("WAIT", "1", "5000");
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("1");
                try (RespConnection copy = replica.connect()) {
                    assertThat(text(copy.call("GET", "k"))).isEqualTo(Integer.toString(i));
                }
            }
            assertThat(text(client.call("WAIT", "2", "50"))).isEqualTo("1");
        }
    }

    @Test
    void wait_before_any_command_answers_in_the_form_that_clients_probe_for() {
        client.send("WAIT", "0", "0");
        client.send("WAITAOF", "0", "0", "0");
        assertThat(client.receive()).isEqualTo(new RespValue.Int(0));
        assertThat(client.receive())
                .isEqualTo(new RespValue.Array(List.of(new RespValue.Int(0), new RespValue.Int(0))));
    }

    @Test
    void a_command_that_waits_behind_replies_nobody_reads_is_not_forgotten() {
        other.call("SET", "big", "x".repeat(8 << 20));
        for (int i = 0; i < 4; i++) {
            client.send("GET", "big");
        }
        client.send("BLPOP", "none", "0.01");
        client.send("ECHO", "after");
        await().until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 0);
        for (int i = 0; i < 4; i++) {
            assertThat(text(client.receive())).hasSize(8 << 20);
        }
        assertThat(client.receive()).isEqualTo(RespValue.Null.ARRAY);
        assertThat(text(client.receive())).isEqualTo("after");
    }

    @Test
    void a_node_that_dies_ends_the_waiting_with_an_error() {
        client.send("BLPOP", "list", "0");
        awaitBlocked(1);
        redis.kill();
        assertThat(text(client.receive())).startsWith("ERR connection to node");
        redis.restart();
        await().untilAsserted(
                        () -> assertThat(text(client.call("SET", "k", "v"))).isEqualTo("OK"));
    }

    private void awaitBlocked(int clients) {
        await().until(() -> text(direct.call("INFO", "clients")).contains("blocked_clients:" + clients + "\r\n"));
    }
}
