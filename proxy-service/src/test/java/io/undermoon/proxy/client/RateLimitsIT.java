package io.undermoon.proxy.client;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What users and clusters may use of a proxy: those who want more are slowed down, and get no error. */
class RateLimitsIT {
    private static final int THREADS = 2;

    private static RedisServerProcess redis;
    private static ProxyHarness proxy;

    /** No client: it has sent a control command. */
    private static RespConnection admin;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = RedisServerProcess.start();
        proxy = ProxyHarness.start(THREADS, settings -> settings);
        proxy.serveAllFrom(redis.port());
        admin = RespConnection.to(proxy.port());
        admin.call("UMCTL", "GETEPOCH");
    }

    @AfterAll
    static void stop() {
        admin.close();
        proxy.close();
        redis.close();
    }

    @AfterEach
    void lift() throws Exception {
        admin.call("ACL", "SETUSER", "default", "resetlimits");
        admin.call("ACL", "DELUSER", "limited", "free");
        for (String limit : List.of("limit_commands", "limit_bytes", "limit_connections")) {
            proxy.configure(limit, "0");
        }
        for (AutoCloseable each : open) {
            each.close();
        }
        await().until(() -> proxy.stats().get(Counter.CONNECTIONS_OPEN) == 1);
    }

    /** 500 are free, the rest takes its time, whatever the connection. */
    @Test
    void a_user_gets_its_rate_on_all_its_connections_together() {
        user("limited", "limit-commands=500");
        user("free");
        RespConnection one = login("limited");
        RespConnection other = login("limited");
        RespConnection free = login("free");
        long begin = System.nanoTime();
        send(one, 600, "GET", "k");
        send(other, 600, "GET", "k");
        send(free, 600, "GET", "k");
        receive(free, 600);
        long freeMillis = millisSince(begin);
        receive(one, 600);
        receive(other, 600);
        long millis = millisSince(begin);

        assertThat(millis).isBetween(1300L, 20_000L);
        assertThat(freeMillis).isLessThan(millis / 2);
        assertThat(proxy.stats().get(Counter.THROTTLED_BY_USER_NANOS)).isPositive();
    }

    @Test
    void bytes_count_in_both_directions() {
        user("limited", "limit-bytes=100k");
        RespConnection client = login("limited");
        String value = "v".repeat(50_000);
        long begin = System.nanoTime();
        for (int i = 0; i < 2; i++) {
            assertThat(text(client.call("SET", "k", value))).isEqualTo("OK");
            assertThat(text(client.call("GET", "k"))).isEqualTo(value);
        }
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
        assertThat(millisSince(begin)).isBetween(900L, 20_000L);
    }

    /** They would be paid for in a minute, and nobody can have them wait. */
    @Test
    void messages_to_subscribers_do_not_count() {
        user("limited", "limit-bytes=1000");
        user("free");
        RespConnection subscriber = login("limited");
        assertThat(subscriber.call("SUBSCRIBE", "news").toString()).contains("subscribe");
        RespConnection publisher = login("free");
        String news = "n".repeat(60_000);
        publisher.call("PUBLISH", "news", news);
        assertThat(subscriber.receive().toString()).contains(news);

        assertThat(text(login("limited").call("PING"))).isEqualTo("PONG");
    }

    @Test
    void all_clients_of_a_cluster_share_its_rate() {
        proxy.configure("limit_commands", "500");
        long throttled = proxy.stats().get(Counter.THROTTLED_BY_CLUSTER_NANOS);
        List<RespConnection> clients = List.of(open(), open(), open());
        long begin = System.nanoTime();
        clients.forEach(client -> send(client, 300, "GET", "k"));
        clients.forEach(client -> receive(client, 300));
        assertThat(millisSince(begin)).isBetween(700L, 20_000L);
        assertThat(proxy.stats().get(Counter.THROTTLED_BY_CLUSTER_NANOS)).isGreaterThan(throttled);
    }

    /** Those who wait would wait for longer than the test takes. */
    @Test
    void limits_that_are_lifted_end_at_once() {
        proxy.configure("limit_commands", "1");
        user("limited", "limit-commands=1");
        RespConnection byCluster = open();
        send(byCluster, 1000, "PING");
        RespConnection byBoth = login("limited");
        send(byBoth, 1000, "PING");
        assertThat(text(byCluster.receive())).isEqualTo("PONG");

        proxy.configure("limit_commands", "0");
        receive(byCluster, 999);
        user("limited", "limit-commands=0");
        receive(byBoth, 1000);
    }

    /** What clients have used would take longer to be paid for than anybody waits here. */
    @Test
    void those_who_operate_the_cluster_are_not_limited() {
        proxy.configure("limit_bytes", "1000");
        assertThat(text(open().call("SET", "k", "v".repeat(60_000)))).isEqualTo("OK");
        RespConnection control = open();
        RespConnection peer = open();
        for (int i = 0; i < 100; i++) {
            assertThat(text(control.call("UMCTL", "GETEPOCH"))).isNotEmpty();
            assertThat(text(control.call("PING"))).isEqualTo("PONG");
            assertThat(text(peer.call("UMFORWARD", "0", "SET", "k", "v"))).isEqualTo("OK");
        }
    }

    /** Where it comes from it has been counted. */
    @Test
    void what_peers_send_takes_nothing_from_clients() {
        proxy.configure("limit_bytes", "1000");
        RespConnection peer = open();
        for (int i = 0; i < 100; i++) {
            assertThat(text(peer.call("UMFORWARD", "0", "SET", "k", "v"))).isEqualTo("OK");
        }
        long throttled = proxy.stats().get(Counter.THROTTLED_BY_CLUSTER_NANOS);
        assertThat(text(open().call("PING"))).isEqualTo("PONG");
        assertThat(proxy.stats().get(Counter.THROTTLED_BY_CLUSTER_NANOS)).isEqualTo(throttled);
    }

    @Test
    void connections_beyond_the_limit_of_a_user_are_refused() {
        user("limited", "limit-connections=2");
        List<RespConnection> clients = List.of(login("limited"), login("limited"));
        RespConnection third = open();
        assertThat(text(third.call("AUTH", "limited", "any")))
                .isEqualTo("ERR max number of clients reached: user 'limited' may have 2 connections to this proxy"
                        + " (limit-connections)");
        assertThatThrownBy(third::receive).isInstanceOf(UncheckedIOException.class);
        assertThat(text(clients.get(0).call("AUTH", "limited", "any")))
                .as("it is one of them already")
                .isEqualTo("OK");
        assertThat(text(clients.get(0).call("AUTH", "default", "any"))).isEqualTo("OK");
        assertThat(text(login("limited").call("PING"))).isEqualTo("PONG");
    }

    /** Everybody is user default before the login. */
    @Test
    void a_full_user_default_keeps_nobody_from_logging_in_as_another() {
        user("free");
        assertThat(text(admin.call("ACL", "SETUSER", "default", "limit-connections=1")))
                .isEqualTo("OK");
        assertThat(text(open().call("PING"))).isEqualTo("PONG");
        RespConnection client = open();
        assertThat(text(client.call("GET", "k"))).startsWith("ERR max number of clients reached: user 'default'");
        assertThat(text(login("free").call("PING"))).isEqualTo("PONG");
        assertThat(text(open().call("UMCTL", "GETEPOCH"))).isNotEmpty();
    }

    @Test
    void connections_beyond_the_limit_of_the_cluster_are_refused() {
        RespConnection present = open();
        assertThat(text(present.call("PING"))).isEqualTo("PONG");
        proxy.configure("limit_connections", "1");
        assertThat(text(open().call("PING")))
                .isEqualTo(
                        "ERR max number of clients reached: limit_connections of the cluster allows 1 to this proxy");
        assertThat(text(present.call("PING"))).isEqualTo("PONG");
    }

    @Test
    void limits_are_rules_of_the_user() {
        user("limited", "limit-commands=10", "limit-bytes=1kb", "limit-connections=3");
        assertThat(admin.call("ACL", "LIST").toString())
                .contains("limit-commands=10 limit-bytes=1024 limit-connections=3");
        assertThat(admin.call("ACL", "GETUSER", "limited").toString()).contains("limits");
        assertThat(text(admin.call("ACL", "SETUSER", "limited", "limit-bytes=fast")))
                .contains("'limit-bytes=fast': a limit is limit-commands=");
        assertThat(text(admin.call("ACL", "SETUSER", "limited", "resetlimits"))).isEqualTo("OK");
        assertThat(admin.call("ACL", "LIST").toString()).doesNotContain("limit-");
    }

    private void user(String name, String... rules) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", name, "on", "nopass", "~*", "&*", "+@all"));
        command.addAll(List.of(rules));
        assertThat(text(admin.call(command.toArray(String[]::new)))).isEqualTo("OK");
    }

    private RespConnection login(String name) {
        RespConnection client = open();
        assertThat(text(client.call("AUTH", name, "any"))).isEqualTo("OK");
        return client;
    }

    private RespConnection open() {
        RespConnection connection = RespConnection.to(proxy.port());
        open.add(connection);
        return connection;
    }

    private static void send(RespConnection client, int times, String... command) {
        ByteBuf commands = Unpooled.buffer();
        for (int i = 0; i < times; i++) {
            RespWriter.command(commands, List.of(command));
        }
        client.sendBytes(commands);
    }

    private static void receive(RespConnection client, int times) {
        for (int i = 0; i < times; i++) {
            client.receive();
        }
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
