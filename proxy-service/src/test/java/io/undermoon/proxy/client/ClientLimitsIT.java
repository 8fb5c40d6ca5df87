package io.undermoon.proxy.client;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits apply to clients that were connected before the limit was set. */
class ClientLimitsIT {
    private static final Pattern OUTPUT = Pattern.compile(" omem=([0-9]+) ");
    private static final String MEGABYTE = "x".repeat(1 << 20);

    private RedisServerProcess redis;
    private ProxyHarness proxy;
    private RespConnection admin;
    private RespConnection client;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        proxy = ProxyHarness.start(2, settings -> settings);
        proxy.serveAllFrom(redis.port());
        admin = RespConnection.to(proxy.port());
        client = RespConnection.to(proxy.port());
        client.call("PING");
    }

    @AfterEach
    void stop() {
        client.close();
        admin.close();
        proxy.close();
        redis.close();
    }

    @Test
    void limits_the_size_of_an_argument() {
        set("proto-max-bulk-len", "2mb");
        assertThat(text(client.call("SET", "k", MEGABYTE))).isEqualTo("OK");
        sendBytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2097153\r\n");
        assertThat(text(client.receive())).isEqualTo("ERR Protocol error: invalid bulk length");
        assertClosed(client);
    }

    @Test
    void limits_the_number_of_arguments() {
        set("max_arguments", "4");
        assertThat(client.call("DEL", "{k}a", "{k}b", "{k}c")).isEqualTo(new RespValue.Int(0));
        client.send("DEL", "{k}a", "{k}b", "{k}c", "{k}d");
        assertThat(text(client.receive())).isEqualTo("ERR Protocol error: invalid multibulk length");
        assertClosed(client);
    }

    @Test
    void limits_the_size_of_an_incomplete_command() {
        set("client-query-buffer-limit", "1mb");
        client.send("ECHO", "before");
        sendBytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1500000\r\n");
        assertThat(text(client.receive())).isEqualTo("before");
        assertThat(text(client.receive()))
                .isEqualTo("ERR Protocol error: a command of more than 1048576 bytes (client-query-buffer-limit)");
        assertClosed(client);
    }

    @Test
    void limits_the_number_of_clients() {
        set("maxclients", "2");
        try (RespConnection third = RespConnection.to(proxy.port())) {
            assertThat(text(third.receive())).isEqualTo("ERR max number of clients reached");
            assertClosed(third);
        }
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
        set("maxclients", "3");
        try (RespConnection third = RespConnection.to(proxy.port())) {
            assertThat(text(third.call("PING"))).isEqualTo("PONG");
        }
    }

    @Test
    void output_of_a_slow_reader_is_bounded_without_a_limit() {
        client.call("SET", "big", MEGABYTE);
        String id = text(client.call("CLIENT", "ID"));
        int commands = 1000;
        for (int i = 0; i < commands; i++) {
            client.send("GET", "big");
        }
        long most = 0;
        for (int i = 0; i < commands; i++) {
            Matcher output = OUTPUT.matcher(text(admin.call("CLIENT", "LIST", "ID", id)));
            assertThat(output.find()).isTrue();
            most = Math.max(most, Long.parseLong(output.group(1)));
            assertThat(text(client.receive())).hasSize(1 << 20);
        }
        assertThat(most).as("of the 1000 MB that were asked for").isLessThan(250L << 20);
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
    }

    @Test
    void hard_limit_disconnects_a_client_with_unread_replies() {
        client.call("SET", "big", MEGABYTE);
        set("client-output-buffer-limit", "normal 4mb 0 0");
        assertThat(text(client.call("GET", "big"))).hasSize(1 << 20);
        sendFiftyGets();
        awaitClients(1);
    }

    @Test
    void soft_limit_disconnects_a_client_after_its_time() {
        client.call("SET", "big", MEGABYTE);
        set("client-output-buffer-limit", "normal 0 4mb 1");
        sendFiftyGets();
        awaitClients(1);
    }

    @Test
    void hard_limit_disconnects_a_subscriber() {
        set("client-output-buffer-limit", "normal 0 0 0 pubsub 4mb 0 0");
        client.call("SUBSCRIBE", "channel");
        // The socket buffers of the kernel hold a part of it.
        for (int i = 0; i < 50; i++) {
            admin.call("PUBLISH", "channel", MEGABYTE);
        }
        awaitClients(1);
        assertThat(text(admin.call("CONFIG", "GET", "client-output-buffer-limit")))
                .contains("normal 0 0 0 slave 268435456 67108864 60 pubsub 4194304 0 0");
    }

    @Test
    void disconnects_idle_clients() {
        RespConnection blocked = RespConnection.to(proxy.port());
        blocked.send("BLPOP", "nothing", "0");
        RespConnection subscribed = RespConnection.to(proxy.port());
        subscribed.call("SUBSCRIBE", "channel");
        set("timeout", "1");
        assertClosed(client);
        admin.close();
        admin = RespConnection.to(proxy.port());
        assertThat(text(admin.call("CLIENT", "LIST"))).contains(" flags=b ", " flags=P ");
        blocked.close();
        subscribed.close();
    }

    private void set(String option, String value) {
        assertThat(text(admin.call("CONFIG", "SET", option, value))).isEqualTo("OK");
        // An event loop applies the change before it answers the next command.
        client.call("PING");
    }

    /** In one piece: commands that arrive one by one are not handled while the client reads no replies. */
    private void sendFiftyGets() {
        client.sendBytes(Unpooled.copiedBuffer("GET big\r\n".repeat(50), StandardCharsets.US_ASCII));
    }

    private void awaitClients(int number) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> text(admin.call("CLIENT", "LIST")).lines().count() == number);
    }

    private void sendBytes(String bytes) {
        client.sendBytes(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }

    private static void assertClosed(RespConnection connection) {
        assertThatThrownBy(connection::receive).isInstanceOf(UncheckedIOException.class);
    }
}
