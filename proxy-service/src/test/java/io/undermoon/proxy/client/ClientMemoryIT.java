package io.undermoon.proxy.client;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.ProxyProcess;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients can do to the memory of a proxy that has little: 96 MB of buffers, of which clients get a half. */
class ClientMemoryIT {
    private static final int MEGABYTE = 1 << 20;
    private static final String THREE_MEGABYTES = "x".repeat(3 * MEGABYTE);
    private static final String BIG = "b".repeat(24 * MEGABYTE);

    private final List<RespConnection> opened = new ArrayList<>();
    private RedisServerProcess redis;
    private ProxyProcess proxy;
    private RespConnection innocent;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        proxy = ProxyProcess.start(redis.port(), 1, "-Xmx96m", "-XX:MaxDirectMemorySize=96m");
        innocent = open();
        assertThat(text(innocent.call("CONFIG", "SET", "maxmemory-clients", "50%")))
                .isEqualTo("OK");
        assertThat(info("maxmemory_clients")).isEqualTo(48L * MEGABYTE);
    }

    @AfterEach
    void stop() {
        opened.forEach(RespConnection::close);
        proxy.close();
        redis.close();
    }

    @Test
    void what_is_only_announced_takes_no_memory() {
        for (int i = 0; i < 20; i++) {
            send(open(), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$40000000\r\n");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(text(innocent.call("SET", "k" + i, THREE_MEGABYTES))).isEqualTo("OK");
        }
        assertThat(text(innocent.call("STRLEN", "k0"))).isEqualTo(Integer.toString(3 * MEGABYTE));
        assertThat(info("evicted_clients")).isZero();
    }

    @Test
    void more_than_all_clients_may_hold_is_refused_when_it_is_announced() {
        RespConnection client = open();
        send(client, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$150000000\r\n");
        assertThat(text(client.receive()))
                .isEqualTo("ERR Protocol error: a command of more than 50331648 bytes (maxmemory-clients)");
        assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void slow_readers_are_disconnected_and_nobody_else_notices() {
        innocent.call("SET", "big", BIG);
        List<RespConnection> slow = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            RespConnection reader = open();
            send(reader, "GET big\r\n");
            slow.add(reader);
        }
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            assertThat(text(innocent.call("INCR", "counter"))).matches("[0-9]+");
            return info("evicted_clients") >= 5;
        });
        for (int i = 0; i < 100; i++) {
            assertThat(text(innocent.call("INCR", "counter"))).matches("[0-9]+");
        }
        assertThat(info("backend_connections_lost")).isZero();
        assertThat(info("mem_clients_normal")).isLessThanOrEqualTo(48L * MEGABYTE);
        assertThat(proxy.log())
                .contains("Client closed because clients hold too much memory and it holds most: client=127.0.0.1:");
        assertThat(slow.stream().filter(ClientMemoryIT::reads).count())
                .as("readers who get their value in the end")
                .isEqualTo(9 - info("evicted_clients"))
                .isPositive();
        assertThat(info("mem_clients_normal")).isLessThan(MEGABYTE);
    }

    /** Those who let their command rest halfway make others wait; then the largest of them has to go. */
    @Test
    void a_large_command_waits_until_there_is_memory() {
        for (int i = 0; i < 4; i++) {
            send(open(), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$40000000\r\n" + "y".repeat((8 + i) * MEGABYTE));
        }
        await().atMost(30, TimeUnit.SECONDS).until(() -> info("mem_clients_normal") > 38L * MEGABYTE);
        assertThat(text(innocent.call("SET", "k", THREE_MEGABYTES))).isEqualTo("OK");
        assertThat(info("evicted_clients")).isEqualTo(1);
        assertThat(info("mem_clients_normal")).isLessThan(36L * MEGABYTE);
    }

    private RespConnection open() {
        RespConnection connection = RespConnection.to(proxy.port());
        opened.add(connection);
        return connection;
    }

    private static void send(RespConnection connection, String bytes) {
        connection.sendBytes(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }

    private static boolean reads(RespConnection reader) {
        try {
            return text(reader.receive()).length() == BIG.length();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** A field of {@code INFO}, asked for on a connection of its own. */
    private long info(String field) {
        try (RespConnection admin = RespConnection.to(proxy.port())) {
            Matcher found =
                    Pattern.compile("(?m)^" + field + ":([0-9]+)\r?$").matcher(text(admin.call("INFO", "everything")));
            assertThat(found.find()).as(field).isTrue();
            return Long.parseLong(found.group(1));
        }
    }
}
