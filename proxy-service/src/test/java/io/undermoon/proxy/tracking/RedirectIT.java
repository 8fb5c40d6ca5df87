package io.undermoon.proxy.tracking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code CLIENT TRACKING} with {@code REDIRECT}: another connection of the client is told. */
class RedirectIT extends OpensResources {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final RespValue FORGET_ALL = message(RespValue.Null.BULK);
    private static final String CHANNEL = "__redis__:invalidate";
    private static final Pattern TRACKING =
            Pattern.compile("id=(?<commands>\\d+) .* flags=t .* redir=(?<messages>\\d+)");
    private static final String LOW = "b";
    private static final String HIGH = "a";

    @ParameterizedTest
    @EnumSource(Layout.class)
    void the_other_connection_is_told_of_what_was_read(Layout layout) {
        TwoMasters cluster = opened(new TwoMasters(layout));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        RespConnection other = opened(cluster.connect());
        assertThat(redirect(client, told)).isEqualTo(OK);
        for (String key : List.of(LOW, HIGH)) {
            other.call("SET", key, "1");
            assertThat(text(client.call("GET", key))).isEqualTo("1");
            other.call("SET", key, "2");
            assertThat(told.receive()).isEqualTo(invalidate(key));

            client.call("MULTI");
            client.call("GET", key);
            client.call("EXEC");
            other.call("SET", key, "3");
            assertThat(told.receive()).as("a transaction").isEqualTo(invalidate(key));

            client.call("WATCH", key);
            client.call("GET", key);
            other.call("SET", key, "4");
            assertThat(told.receive()).as("while watching").isEqualTo(invalidate(key));
            client.call("UNWATCH");

            other.call("DEL", key);
            client.call("XREAD", "BLOCK", "10", "STREAMS", key, "0");
            other.call("XADD", key, "1-1", "f", "v");
            assertThat(told.receive()).as("a command that blocks").isEqualTo(invalidate(key));
            other.call("DEL", key);
        }
        client.call("GET", LOW);
        other.call("FLUSHALL");
        assertThat(told.receive()).isEqualTo(FORGET_ALL);
        assertThat(client.call("CLIENT", "TRACKING", "OFF")).isEqualTo(OK);
    }

    @Test
    void it_may_be_on_any_loop() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        RespConnection client = opened(RespConnection.to(proxy.port()));
        RespConnection other = opened(redis.connect());
        List<Told> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Told told = told(opened(RespConnection.to(proxy.port())));
            told.connection.call("SUBSCRIBE", CHANNEL);
            all.add(told);
        }
        for (Told told : all) {
            assertThat(redirect(client, told)).isEqualTo(OK);
            client.call("GET", LOW);
            other.call("SET", LOW, "1");
            assertThat(told.receive()).isEqualTo(invalidate(LOW));
        }
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void broadcasts_are_redirected(Layout layout) {
        TwoMasters cluster = opened(new TwoMasters(layout));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        RespConnection other = opened(cluster.connect());
        assertThat(client.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "u:", "REDIRECT", told.id))
                .isEqualTo(OK);
        for (int i = 0; i < 20; i++) {
            other.call("SET", "w:" + i, "1");
            other.call("SET", "u:" + i, "1");
            assertThat(told.receive()).isEqualTo(invalidate("u:" + i));
        }
    }

    @Test
    void who_is_gone_is_not_told() {
        TwoMasters cluster = opened(new TwoMasters(Layout.ONE_PROXY));
        RespConnection client = opened(cluster.connect()).inRespThree();
        Told told = subscribed(cluster);
        RespConnection other = opened(cluster.connect());
        redirect(client, told);
        client.call("GET", LOW);
        other.call("SET", LOW, "1");
        assertThat(told.receive()).isEqualTo(invalidate(LOW));
        told.connection.close();
        await().until(() -> !text(other.call("CLIENT", "LIST")).contains("id=" + told.id + " "));
        client.call("GET", LOW);
        other.call("SET", LOW, "2");
        assertThat(client.receive())
                .isEqualTo(new RespValue.Push(List.of(
                        new RespValue.Bulk("tracking-redir-broken"), new RespValue.Int(Long.parseLong(told.id)))));
        assertThat(client.call("CLIENT", "TRACKINGINFO").toString()).contains("broken_redirect");
        assertThat(text(other.call("CLIENT", "LIST"))).contains(" flags=tR ");
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void what_may_have_been_missed_is_told(Layout layout) {
        TwoMasters cluster = opened(new TwoMasters(layout));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        redirect(client, told);
        client.call("GET", HIGH);
        opened(cluster.high.connect()).call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        assertThat(told.receive()).isEqualTo(FORGET_ALL);
        await().until(() -> client.call("GET", HIGH).equals(RespValue.Null.BULK));
    }

    @Test
    void the_loss_of_the_connection_for_messages_ends_that_for_commands() {
        TwoMasters cluster = opened(new TwoMasters(Layout.ONE_PROXY));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        redirect(client, told);
        client.call("GET", LOW);
        RespConnection node = opened(cluster.low.connect());
        Matcher tracking = TRACKING.matcher(text(node.call("CLIENT", "LIST")));
        assertThat(tracking.find()).isTrue();
        node.call("CLIENT", "KILL", "ID", tracking.group("messages"));
        assertThat(told.receive()).isEqualTo(FORGET_ALL);
        await().until(() -> !text(node.call("CLIENT", "LIST")).contains("id=" + tracking.group("commands") + " "));

        client.call("GET", LOW);
        node.call("SET", LOW, "1");
        assertThat(told.receive()).isEqualTo(invalidate(LOW));
    }

    @Test
    void new_owners_of_slots_make_it_forget_all() {
        TwoMasters cluster = opened(new TwoMasters(Layout.TWO_PROXIES));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        redirect(client, told);
        client.call("GET", LOW);
        assertThat(Slot.of(LOW)).isLessThanOrEqualTo(TwoMasters.LAST_LOW_SLOT);
        cluster.proxies.get(1).serve(Map.of(cluster.high.port(), SlotRanges.ALL), Map.of());
        cluster.proxies.get(0).serve(Map.of(), Map.of(cluster.proxies.get(1).address(), SlotRanges.ALL));
        assertThat(told.receive()).isEqualTo(FORGET_ALL);
        client.call("GET", LOW);
        opened(cluster.high.connect()).call("SET", LOW, "1");
        RespValue next = told.receive();
        assertThat(next.equals(FORGET_ALL) ? told.receive() : next).isEqualTo(invalidate(LOW));
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void tracking_goes_on_in_another_protocol(Layout layout) {
        TwoMasters cluster = opened(new TwoMasters(layout));
        RespConnection client = opened(cluster.connect());
        Told told = subscribed(cluster);
        RespConnection other = opened(cluster.connect());
        redirect(client, told);
        client.call("GET", LOW);
        client.call("GET", HIGH);
        client.inRespThree();
        for (String key : List.of(LOW, HIGH)) {
            other.call("SET", key, "1");
            assertThat(told.receive()).as("read before").isEqualTo(invalidate(key));
            client.call("GET", key);
            other.call("SET", key, "2");
            assertThat(told.receive()).as("read after").isEqualTo(invalidate(key));
        }
        client.call("GET", LOW);
        client.call("GET", HIGH);
        client.call("HELLO", "2");
        for (String key : List.of(LOW, HIGH)) {
            other.call("SET", key, "3");
            assertThat(told.receive()).as("read before").isEqualTo(invalidate(key));
            assertThat(text(client.call("GET", key))).isEqualTo("3");
            other.call("SET", key, "4");
            assertThat(told.receive()).as("read after").isEqualTo(invalidate(key));
        }
    }

    @ParameterizedTest
    @EnumSource(RespVersion.class)
    void says_what_redis_says(RespVersion version) {
        RedisServerProcess redis = opened(RedisServerProcess.startVersion70());
        TwoMasters cluster = opened(new TwoMasters(Layout.ONE_PROXY));
        Side proxy = side(version, cluster::connect);
        Side direct = side(version, redis::connect);
        for (String step : List.of(
                "told SUBSCRIBE __redis__:invalidate",
                "client CLIENT TRACKING ON REDIRECT",
                "client CLIENT TRACKING ON REDIRECT x",
                "client CLIENT TRACKING ON REDIRECT 0",
                "client CLIENT TRACKING ON REDIRECT 1000000",
                "client CLIENT TRACKING ON REDIRECT $id REDIRECT $id",
                "client CLIENT TRACKING OFF REDIRECT 1000000",
                "client CLIENT GETREDIR",
                "client CLIENT TRACKING ON",
                "client CLIENT GETREDIR",
                "client CLIENT TRACKINGINFO",
                "client CLIENT TRACKING ON REDIRECT $id",
                "client CLIENT GETREDIR",
                "client CLIENT TRACKINGINFO",
                "client GET k",
                "other SET k 1",
                "told",
                "client MGET k k",
                "other MSET k 2",
                "told",
                "client GET k",
                "other FLUSHALL",
                "told",
                "client CLIENT TRACKING OFF",
                "client CLIENT GETREDIR",
                "client CLIENT TRACKING ON OPTIN NOLOOP REDIRECT $id",
                "client CLIENT CACHING YES",
                "client CLIENT TRACKINGINFO",
                "client GET k",
                "client SET k 1",
                "client CLIENT CACHING YES",
                "client GET k",
                "other SET k 2",
                "told",
                "client CLIENT TRACKING OFF",
                "client CLIENT TRACKING ON BCAST PREFIX p REDIRECT $id",
                "client CLIENT TRACKINGINFO",
                "other SET p1 1",
                "told",
                "other SET q1 1",
                "client SET p2 1",
                "told",
                "client CLIENT TRACKING OFF",
                "client CLIENT TRACKING ON REDIRECT $id",
                "told UNSUBSCRIBE",
                "client GET k",
                "other SET k 3",
                "client RESET",
                "client CLIENT TRACKINGINFO",
                "told PING")) {
            assertThat(proxy.run(step)).as(step).isEqualTo(direct.run(step));
        }
    }

    private enum RespVersion {
        RESP2,
        RESP3
    }

    /** Connections of which one tracks and another is told. */
    private record Side(RespConnection client, Told told, RespConnection other) {
        /** The reply to {@code connection command}, or what is received next by {@code connection}, in RESP. */
        String run(String step) {
            String[] words = step.replace("$id", told.id).split(" ");
            RespConnection connection = switch (words[0]) {
                case "client" -> client;
                case "told" -> told.connection;
                default -> other;
            };
            RespValue reply = words.length == 1
                    ? connection.receive()
                    : connection.call(Arrays.copyOfRange(words, 1, words.length));
            ByteBuf out = Unpooled.buffer();
            reply.write(out);
            String text = out.toString(StandardCharsets.UTF_8).replace(":" + told.id + "\r\n", ":id\r\n");
            // Redis sends a null of the protocol of the client that tracks, which that of the other may not have.
            return words.length == 1 ? text.replace("_\r\n", "$-1\r\n") : text;
        }
    }

    /** A connection that gets the messages, and its id. */
    private record Told(RespConnection connection, String id) {
        RespValue receive() {
            return connection.receive();
        }
    }

    private Side side(RespVersion version, Supplier<RespConnection> connect) {
        // So that no id is a number that occurs in a reply.
        for (int i = 0; i < 20; i++) {
            opened(connect.get());
        }
        RespConnection client = opened(connect.get());
        return new Side(
                version == RespVersion.RESP3 ? client.inRespThree() : client,
                told(opened(connect.get())),
                opened(connect.get()));
    }

    private Told subscribed(TwoMasters cluster) {
        Told told = told(opened(cluster.connect()));
        told.connection.call("SUBSCRIBE", CHANNEL);
        return told;
    }

    private static Told told(RespConnection connection) {
        return new Told(connection, connection.call("CLIENT", "ID").asText());
    }

    private static RespValue redirect(RespConnection client, Told told) {
        return client.call("CLIENT", "TRACKING", "ON", "REDIRECT", told.id);
    }

    private static RespValue invalidate(String key) {
        return message(new RespValue.Array(List.of(new RespValue.Bulk(key))));
    }

    private static RespValue message(RespValue keys) {
        return new RespValue.Array(List.of(new RespValue.Bulk("message"), new RespValue.Bulk(CHANNEL), keys));
    }
}
