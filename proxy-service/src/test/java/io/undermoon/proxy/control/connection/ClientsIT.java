package io.undermoon.proxy.control.connection;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code CLIENT} commands with clients on two event loops. */
class ClientsIT {
    private static RedisServerProcess redis;
    private static ProxyHarness proxy;

    /** Enough clients for both event loops. */
    private final List<RespConnection> others = new ArrayList<>();

    private RespConnection client;

    @BeforeAll
    static void start() {
        redis = RedisServerProcess.start();
        proxy = ProxyHarness.start(2, settings -> settings);
        proxy.serveAllFrom(redis.port());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        redis.close();
    }

    @BeforeEach
    void connect() {
        client = RespConnection.to(proxy.port());
        for (int i = 0; i < 8; i++) {
            others.add(RespConnection.to(proxy.port()));
        }
        others.forEach(other -> other.call("PING"));
    }

    @AfterEach
    void disconnect() {
        client.close();
        others.forEach(RespConnection::close);
        try (RespConnection observer = RespConnection.to(proxy.port())) {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> text(observer.call("CLIENT", "LIST")).lines().count() == 1);
        }
    }

    @Test
    void kills_by_address_and_by_filters() {
        String address = field(others.get(0), "addr");
        assertThat(text(client.call("CLIENT", "KILL", address))).isEqualTo("OK");
        awaitClosed(others.get(0));
        String id = text(others.get(1).call("CLIENT", "ID"));
        assertThat(text(client.call("CLIENT", "KILL", "ID", id, "TYPE", "pubsub")))
                .isEqualTo("0");
        assertThat(text(client.call("CLIENT", "KILL", "ID", id, "USER", "default")))
                .isEqualTo("1");
        awaitClosed(others.get(1));
        others.get(2).call("SUBSCRIBE", "channel");
        assertThat(text(client.call("CLIENT", "LIST", "TYPE", "pubsub"))).contains(" flags=P ", " sub=1 ");
        assertThat(text(client.call("CLIENT", "KILL", "TYPE", "PUBSUB"))).isEqualTo("1");
        awaitClosed(others.get(2));
        assertThat(text(client.call("CLIENT", "KILL", "MAXAGE", "100000"))).isEqualTo("0");
        String own = field(client, "laddr");
        assertThat(text(client.call("CLIENT", "KILL", "LADDR", own))).isEqualTo("5");
        others.subList(3, 8).forEach(ClientsIT::awaitClosed);
        assertThat(text(client.call("CLIENT", "KILL", "LADDR", own, "SKIPME", "no")))
                .isEqualTo("1");
        awaitClosed(client);
    }

    @Test
    void the_query_buffer_includes_the_command_that_is_being_handled() {
        String resp = "*2\r\n$6\r\nCLIENT\r\n$4\r\nLIST\r\n";
        List<String> lines = text(client.call("CLIENT", "LIST")).lines().toList();
        assertThat(lines)
                .filteredOn(line -> line.contains(" qbuf=" + resp.length() + " "))
                .hasSize(1);
        assertThat(lines).filteredOn(line -> line.contains(" qbuf=0 ")).hasSize(others.size());
    }

    @Test
    void a_killed_client_is_unblocked_at_the_node() {
        others.get(0).send("BLPOP", "nothing", "0");
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> text(client.call("INFO", "clients")).contains("blocked_clients:1\r\n"));
        String blocked = text(client.call("CLIENT", "LIST"))
                .lines()
                .filter(line -> line.contains(" flags=b "))
                .findFirst()
                .orElseThrow();
        assertThat(text(client.call("CLIENT", "KILL", fields(blocked).get("addr"))))
                .isEqualTo("OK");
        awaitClosed(others.get(0));
        try (RespConnection direct = redis.connect()) {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> text(direct.call("INFO", "clients")).contains("blocked_clients:0\r\n"));
        }
    }

    @Test
    void a_write_pause_holds_only_writes_on_all_loops() {
        client.call("SET", "k", "before");
        others.get(7).call("MULTI");
        others.get(7).call("SET", "queued", "before");
        assertThat(text(client.call("CLIENT", "PAUSE", "100000", "WRITE"))).isEqualTo("OK");

        List<String> writes = List.of(
                "SET k after",
                "PUBLISH c m",
                "EVAL return{1} 1 k",
                "SPUBLISH c m",
                "PFCOUNT k2",
                "BLPOP l 1",
                "FLUSHALL");
        for (int i = 0; i < writes.size(); i++) {
            others.get(i).send(writes.get(i).split(" "));
        }
        others.get(7).send("EXEC");
        List<String> reads = new ArrayList<>(List.of("GET k", "PING", "SUBSCRIBE c", "UNSUBSCRIBE c"));
        if (redis.knows("EVAL_RO")) {
            reads.add(0, "EVAL_RO return{1} 1 k");
        }
        for (String read : reads) {
            assertThat(client.call(read.split(" "))).isNotInstanceOf(RespValue.Failure.class);
        }
        assertThat(text(client.call("GET", "k"))).isEqualTo("before");
        assertThat(text(client.call("EXISTS", "queued"))).isEqualTo("0");

        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> text(client.call("INFO", "clients")).contains("blocked_clients:8\r\n"));
        assertThat(text(client.call("INFO", "clients")))
                .contains("paused_reason:client_pause\r\n", "paused_actions:write\r\n");

        assertThat(text(client.call("CLIENT", "UNPAUSE"))).isEqualTo("OK");
        others.forEach(other -> assertThat(other.receive()).isNotNull());
        assertThat(text(client.call("INFO", "clients")))
                .contains("blocked_clients:0\r\n", "paused_reason:none\r\n", "paused_timeout_milliseconds:0\r\n");
    }

    @Test
    void a_full_pause_ends_by_itself_and_keeps_the_order() {
        assertThat(text(client.call("CLIENT", "PAUSE", "300"))).isEqualTo("OK");
        long begin = System.nanoTime();
        for (RespConnection other : others) {
            other.send("PING");
            other.send("ECHO", "second");
        }
        for (RespConnection other : others) {
            assertThat(text(other.receive())).isEqualTo("PONG");
            assertThat(text(other.receive())).isEqualTo("second");
        }
        assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(200));
        // Commands that can end the pause, and the control plane, are not held.
        client.call("CLIENT", "PAUSE", "100000", "ALL");
        client.call("UMCTL", "GETEPOCH");
        assertThat(text(client.call("CLIENT", "UNPAUSE"))).isEqualTo("OK");
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
    }

    @Test
    void client_reply_suppresses_replies() {
        client.send("SET", "a", "1");
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("INCR", "a");
        client.send("INCR", "a");
        client.send("CLIENT", "REPLY", "OFF");
        client.send("INCR", "a");
        client.send("PING");
        client.send("NOSUCH");
        client.send("BLPOP", "nothing", "0.01");
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("GET", "a");
        client.send("CLIENT", "REPLY", "ON");
        client.send("GET", "a");
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("PING");
        client.send("ECHO", "last");
        assertThat(text(client.receive())).isEqualTo("OK");
        assertThat(text(client.receive())).isEqualTo("3");
        assertThat(text(client.receive())).isEqualTo("OK");
        assertThat(text(client.receive())).isEqualTo("4");
        assertThat(text(client.receive())).isEqualTo("last");
        client.send("CLIENT", "REPLY", "OFF");
        assertThat(text(client.call("RESET"))).isEqualTo("RESET");
    }

    @Test
    void client_list_shows_all_fields() {
        client.call("CLIENT", "NO-EVICT", "on");
        client.call("CLIENT", "NO-TOUCH", "on");
        client.call("READONLY");
        assertThat(field(client, "flags")).isEqualTo("reT");
        Map<String, String> fields = fields(text(client.call("CLIENT", "INFO")));
        assertThat(fields)
                .containsEntry("sub", "0")
                .containsEntry("multi", "-1")
                .containsEntry("cmd", "client|info");
        assertThat(Integer.parseInt(fields.get("fd"))).isPositive();
        RespConnection subscriber = others.get(0);
        String id = text(subscriber.call("CLIENT", "ID"));
        subscriber.call("PSUBSCRIBE", "p*");
        subscriber.call("SUBSCRIBE", "c");
        subscriber.call("SSUBSCRIBE", "s");
        assertThat(fields(text(client.call("CLIENT", "LIST", "ID", id))))
                .containsEntry("sub", "1")
                .containsEntry("psub", "1")
                .containsEntry("ssub", redis.knows("SSUBSCRIBE") ? "1" : "0")
                .containsEntry("flags", "P");
        RespConnection queueing = others.get(1);
        id = text(queueing.call("CLIENT", "ID"));
        queueing.call("MULTI");
        queueing.call("SET", "k", "v");
        assertThat(fields(text(client.call("CLIENT", "LIST", "ID", id))))
                .containsEntry("multi", "1")
                .containsEntry("flags", "x");
        try (RedisServerProcess ofVersion70 = RedisServerProcess.startVersion70();
                RespConnection direct = ofVersion70.connect()) {
            assertThat(fields.keySet())
                    .containsAll(fields(text(direct.call("CLIENT", "INFO"))).keySet());
        }
    }

    private static String field(RespConnection of, String name) {
        return fields(text(of.call("CLIENT", "INFO"))).get(name);
    }

    private static Map<String, String> fields(String line) {
        return Arrays.stream(line.strip().split(" "))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(field -> field[0], field -> field[1]));
    }

    private static void awaitClosed(RespConnection connection) {
        assertThatThrownBy(connection::receive).isInstanceOf(UncheckedIOException.class);
    }
}
