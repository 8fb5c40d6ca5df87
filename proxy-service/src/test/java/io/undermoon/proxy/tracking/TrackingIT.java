package io.undermoon.proxy.tracking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that keep what they read are told when it changes. */
class TrackingIT extends OpensResources {
    private static final RespValue OK = new RespValue.Simple("OK");
    private static final RespValue FORGET_ALL =
            new RespValue.Push(List.of(new RespValue.Bulk("invalidate"), RespValue.Null.RESP3));
    private static final String LOW = "b";
    private static final String HIGH = "a";

    @ParameterizedTest
    @EnumSource(Layout.class)
    void who_has_read_a_key_is_told_once_that_it_changed(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        assertThat(client.call("CLIENT", "TRACKING", "ON")).isEqualTo(OK);
        for (String key : List.of(LOW, HIGH)) {
            other.call("SET", key, "1");
            assertThat(text(client.call("GET", key))).isEqualTo("1");
            other.call("SET", key, "2");
            assertThat(client.receive()).isEqualTo(invalidate(key));
            other.call("SET", key, "3");
            assertThat(text(client.call("GET", key))).isEqualTo("3");
            other.call("DEL", key);
            assertThat(client.receive()).isEqualTo(invalidate(key));
        }
        assertThat(client.call("CLIENT", "TRACKING", "OFF")).isEqualTo(OK);
        client.call("GET", LOW);
        other.call("SET", LOW, "4");
        assertThat(text(client.call("GET", LOW))).isEqualTo("4");
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void reads_of_every_kind_of_command_are_tracked(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        client.call("CLIENT", "TRACKING", "ON");
        for (String key : List.of(LOW, HIGH)) {
            other.call("SET", key, "1");
            client.call("MULTI");
            client.call("GET", key);
            client.call("EXEC");
            other.call("SET", key, "2");
            assertThat(client.receive()).as("a transaction").isEqualTo(invalidate(key));

            client.call("WATCH", key);
            client.call("GET", key);
            client.call("MULTI");
            other.call("SET", key, "3");
            assertThat(client.receive()).as("while watching").isEqualTo(invalidate(key));
            client.call("GET", key);
            assertThat(client.call("EXEC")).isEqualTo(RespValue.Null.RESP3);
            client.call("WATCH", key);
            assertThat(client.call("UNWATCH")).isEqualTo(OK);

            other.call("DEL", key);
            client.call("XREAD", "BLOCK", "10", "STREAMS", key, "0");
            other.call("XADD", key, "1-1", "f", "v");
            assertThat(client.receive()).as("a command that blocks").isEqualTo(invalidate(key));
            other.call("DEL", key);
        }
        if (layout == Layout.TWO_PROXIES) {
            client.call("MGET", LOW, HIGH);
            other.call("MSET", LOW, "1", HIGH, "1");
            assertThat(List.of(client.receive(), client.receive()))
                    .as("a command that is split")
                    .containsExactlyInAnyOrder(invalidate(LOW), invalidate(HIGH));
        }
    }

    @Test
    void a_message_comes_while_a_command_blocks() {
        TwoMasters cluster = cluster(Layout.ONE_PROXY);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        client.call("CLIENT", "TRACKING", "ON");
        client.call("GET", LOW);
        client.send("BLPOP", "list", "0");
        other.call("SET", LOW, "1");
        assertThat(client.receive()).isEqualTo(invalidate(LOW));
        other.call("RPUSH", "list", "x");
        assertThat(client.receive()).isInstanceOf(RespValue.Array.class);
    }

    @Test
    void what_a_command_that_blocked_has_changed_is_told_after_its_reply() {
        TwoMasters cluster = cluster(Layout.ONE_PROXY);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        // The node tells of the key once, for RPUSH and BLPOP together, right behind the reply.
        client.call("CLIENT", "TRACKING", "ON", "BCAST");
        RespConnection node = opened(cluster.low.connect());
        client.send("BLPOP", "{b}list", "0");
        await().until(() -> text(node.call("INFO", "clients")).contains("blocked_clients:1\r\n"));
        other.call("RPUSH", "{b}list", "x");
        assertThat(nextBut(FORGET_ALL, client))
                .isEqualTo(new RespValue.Array(List.of(new RespValue.Bulk("{b}list"), new RespValue.Bulk("x"))));
        assertThat(client.receive()).isEqualTo(invalidate("{b}list"));
    }

    @Test
    void a_write_in_flight_is_waited_for_after_a_command_has_blocked_on_its_connection() throws Exception {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.start());
        proxy.serveAllFrom(redis.port());
        RespConnection direct = opened(redis.connect());
        RespConnection client = opened(RespConnection.to(proxy.port()).inRespThree());
        client.call("CLIENT", "TRACKING", "ON");
        client.call("BLPOP", HIGH, "0.01");
        direct.call("CLIENT", "PAUSE", "60000", "WRITE");
        client.send("SET", LOW, "1");

        NodeConnections connections = proxy.connections().get(0);
        Endpoint node = proxy.topology().current().endpoints().iterator().next();
        int slot = Slot.of(LOW);
        Callable<BooleanSupplier> note = () -> connections.settled(node, moving -> moving == slot);
        BooleanSupplier[] settled = new BooleanSupplier[1];
        await().until(() -> {
            settled[0] = connections.loop().eventLoop().submit(note).get();
            return !settled[0].getAsBoolean();
        });
        direct.call("CLIENT", "UNPAUSE");
        assertThat(client.receive()).isEqualTo(OK);
        await().until(() -> settled[0].getAsBoolean());
    }

    @Test
    void a_command_may_block_longer_than_a_reply_may_take() {
        TwoMasters cluster = cluster(Layout.ONE_PROXY);
        RespConnection client = client(cluster);
        client.call("CLIENT", "TRACKING", "ON");
        client.call("GET", "list");
        assertThat(client.call("BLPOP", "list", "6")).isEqualTo(RespValue.Null.RESP3);
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void broadcast_tells_of_keys_nobody_read_at_every_master_once(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        assertThat(client.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "u:", "PREFIX", "v:"))
                .isEqualTo(OK);
        for (int i = 0; i < 20; i++) {
            other.call("SET", "w:" + i, "1");
            other.call("SET", "u:" + i, "1");
            assertThat(client.receive()).isEqualTo(invalidate("u:" + i));
        }
        assertThat(client.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "w:"))
                .isEqualTo(OK);
        for (int i = 0; i < 20; i++) {
            other.call("SET", "w:" + i, "1");
            assertThat(client.receive()).isEqualTo(invalidate("w:" + i));
        }
        assertThat(client.call("GET", "v:none")).isEqualTo(RespValue.Null.RESP3);
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void opting_in_and_out_counts_for_the_next_command(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        client.call("CLIENT", "TRACKING", "ON", "OPTIN");
        for (String key : List.of(LOW, HIGH)) {
            client.call("GET", key);
            other.call("SET", key, "1");
            client.send("CLIENT", "CACHING", "YES");
            client.send("GET", key);
            client.send("GET", key + key);
            assertThat(client.receive()).isEqualTo(OK);
            client.receive();
            client.receive();
            other.call("SET", key + key, "1");
            other.call("SET", key, "2");
            assertThat(client.receive()).isEqualTo(invalidate(key));
            client.call("CLIENT", "CACHING", "YES");
            client.call("PING");
            client.call("GET", key);
            other.call("SET", key, "3");
            client.call("CLIENT", "CACHING", "YES");
            client.call("MULTI");
            client.call("GET", key);
            client.call("EXEC");
            other.call("SET", key, "4");
            assertThat(client.receive()).isEqualTo(invalidate(key));
        }
        client.call("CLIENT", "TRACKING", "OFF");
        client.call("CLIENT", "TRACKING", "ON", "OPTOUT");
        for (String key : List.of(LOW, HIGH)) {
            client.call("CLIENT", "CACHING", "NO");
            client.call("GET", key);
            other.call("SET", key, "1");
            client.call("GET", key);
            other.call("SET", key, "2");
            assertThat(client.receive()).isEqualTo(invalidate(key));
            assertThat(text(client.call("GET", key))).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void own_changes_are_told_unless_they_are_not_wanted(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        client.call("CLIENT", "TRACKING", "ON");
        for (String key : List.of(LOW, HIGH)) {
            client.call("GET", key);
            assertThat(List.of(client.call("SET", key, "1"), client.receive()))
                    .containsExactlyInAnyOrder(invalidate(key), OK);
        }
        client.call("CLIENT", "TRACKING", "ON", "NOLOOP");
        for (String key : List.of(LOW, HIGH)) {
            client.call("GET", key);
            assertThat(client.call("SET", key, "1")).isEqualTo(OK);
            client.call("GET", key);
            other.call("SET", key, "2");
            assertThat(client.receive()).isEqualTo(invalidate(key));
        }
    }

    @Test
    void says_what_redis_says() {
        TwoMasters cluster = cluster(Layout.ONE_PROXY);
        RespConnection client = client(cluster);
        RedisServerProcess redis = opened(RedisServerProcess.startVersion70());
        RespConnection direct = opened(redis.connect()).inRespThree();
        for (String command : List.of(
                "CLIENT TRACKINGINFO",
                "CLIENT GETREDIR",
                "CLIENT CACHING YES",
                "CLIENT TRACKING FOO",
                "CLIENT TRACKING ON FOO",
                "CLIENT TRACKING ON PREFIX",
                "CLIENT TRACKING ON PREFIX a",
                "CLIENT TRACKING ON BCAST OPTIN",
                "CLIENT TRACKING ON OPTIN OPTOUT",
                "CLIENT TRACKING ON BCAST PREFIX ab PREFIX a",
                "CLIENT TRACKING OFF",
                "CLIENT TRACKING ON",
                "CLIENT TRACKINGINFO",
                "CLIENT GETREDIR",
                "CLIENT CACHING YES",
                "CLIENT CACHING NO",
                "CLIENT CACHING FOO",
                "CLIENT TRACKING ON BCAST",
                "CLIENT TRACKING ON OPTIN NOLOOP",
                "CLIENT TRACKINGINFO",
                "CLIENT CACHING NO",
                "CLIENT CACHING YES",
                "CLIENT TRACKINGINFO",
                "PING",
                "CLIENT TRACKINGINFO",
                "CLIENT TRACKING ON OPTOUT",
                "CLIENT TRACKING OFF",
                "CLIENT TRACKING ON OPTOUT",
                "CLIENT CACHING NO",
                "CLIENT TRACKINGINFO",
                "CLIENT TRACKING OFF",
                "CLIENT TRACKING ON BCAST PREFIX foo PREFIX bar",
                "CLIENT TRACKING ON BCAST PREFIX foobar",
                "CLIENT TRACKING ON BCAST PREFIX zap",
                "CLIENT TRACKINGINFO",
                "CLIENT TRACKING ON BCAST",
                "CLIENT TRACKINGINFO",
                "RESET",
                "CLIENT TRACKINGINFO")) {
            String[] words = command.split(" ");
            assertThat(client.call(words)).as(command).isEqualTo(direct.call(words));
        }
    }

    @Test
    void a_client_that_cannot_be_told_is_not_until_it_can() {
        TwoMasters cluster = cluster(Layout.ONE_PROXY);
        RespConnection client = opened(cluster.connect());
        RespConnection other = client(cluster);
        assertThat(client.call("CLIENT", "TRACKING", "ON")).isEqualTo(OK);
        client.call("GET", LOW);
        other.call("SET", LOW, "1");
        assertThat(text(client.call("GET", LOW))).as("no message in RESP2").isEqualTo("1");
        client.inRespThree();
        other.call("SET", LOW, "2");
        assertThat(client.receive()).isEqualTo(invalidate(LOW));
    }

    @Test
    void there_are_only_so_many_connections_for_it() {
        RedisServerProcess redis = opened(RedisServerProcess.start());
        ProxyHarness proxy = opened(ProxyHarness.startWithPinnedConnections(1));
        proxy.serveAllFrom(redis.port());
        RespConnection first = opened(RespConnection.to(proxy.port())).inRespThree();
        RespConnection second = opened(RespConnection.to(proxy.port())).inRespThree();
        assertThat(first.call("CLIENT", "TRACKING", "ON", "BCAST")).isEqualTo(OK);
        String error = "ERR too many clients watch keys, block or track keys; try again later";
        assertThat(text(second.call("CLIENT", "TRACKING", "ON", "BCAST"))).isEqualTo(error);
        assertThat(second.call("CLIENT", "GETREDIR")).isEqualTo(new RespValue.Int(-1));
        assertThat(second.call("CLIENT", "TRACKING", "ON")).isEqualTo(OK);
        assertThat(text(second.call("GET", "k"))).isEqualTo(error);
        assertThat(text(second.call("BLPOP", "k", "1"))).isEqualTo(error);
        first.close();
        await().atMost(30, TimeUnit.SECONDS).until(() -> second.call("GET", "k").equals(RespValue.Null.RESP3));
    }

    @Test
    void who_may_have_missed_something_is_told_to_forget_all() {
        TwoMasters cluster = cluster(Layout.TWO_PROXIES);
        RespConnection client = client(cluster);
        RespConnection other = client(cluster);
        client.call("CLIENT", "TRACKING", "ON");
        for (RedisServerProcess redis : List.of(cluster.low, cluster.high)) {
            client.call("GET", LOW);
            client.call("GET", HIGH);
            opened(redis.connect()).call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            assertThat(client.receive()).isEqualTo(FORGET_ALL);
        }
        client.call("GET", HIGH);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> other.call("SET", HIGH, "1").equals(OK));
        assertThat(client.receive()).isEqualTo(invalidate(HIGH));
    }

    @ParameterizedTest
    @EnumSource(Layout.class)
    void a_broadcast_goes_on_after_a_connection_was_lost(Layout layout) {
        TwoMasters cluster = cluster(layout);
        RespConnection client = client(cluster);
        client.call("CLIENT", "TRACKING", "ON", "BCAST");
        RespConnection other = opened(cluster.high.connect());
        other.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        assertThat(client.receive()).as("lost").isEqualTo(FORGET_ALL);
        assertThat(client.receive()).as("back").isEqualTo(FORGET_ALL);
        other.call("SET", HIGH, "1");
        assertThat(client.receive()).isEqualTo(invalidate(HIGH));
    }

    @Test
    void new_owners_of_slots_make_everybody_forget_all() {
        TwoMasters cluster = cluster(Layout.TWO_PROXIES);
        RespConnection client = client(cluster);
        RespConnection broadcast = client(cluster);
        RespConnection atHigh = opened(cluster.high.connect());
        client.call("CLIENT", "TRACKING", "ON");
        broadcast.call("CLIENT", "TRACKING", "ON", "BCAST");
        client.call("GET", LOW);
        cluster.serveEach(TwoMasters.LOW, TwoMasters.HIGH);
        assertThat(client.call("PING")).as("the same owners").isEqualTo(new RespValue.Simple("PONG"));
        int slot = Slot.of(LOW);
        assertThat(slot).isLessThanOrEqualTo(TwoMasters.LAST_LOW_SLOT);
        cluster.proxies.get(1).serve(Map.of(cluster.high.port(), SlotRanges.ALL), Map.of());
        cluster.proxies.get(0).serve(Map.of(), Map.of(cluster.proxies.get(1).address(), SlotRanges.ALL));
        assertThat(client.receive()).isEqualTo(FORGET_ALL);
        assertThat(broadcast.receive()).isEqualTo(FORGET_ALL);
        client.send("GET", LOW);
        assertThat(nextBut(FORGET_ALL, client)).isEqualTo(RespValue.Null.RESP3);
        atHigh.call("SET", LOW, "1");
        assertThat(nextBut(FORGET_ALL, client)).isEqualTo(invalidate(LOW));
        assertThat(nextBut(FORGET_ALL, broadcast)).isEqualTo(invalidate(LOW));
    }

    private static RespValue nextBut(RespValue skipped, RespConnection connection) {
        RespValue value = connection.receive();
        while (value.equals(skipped)) {
            value = connection.receive();
        }
        return value;
    }

    private TwoMasters cluster(Layout layout) {
        assertThat(Slot.of(HIGH)).isGreaterThan(TwoMasters.LAST_LOW_SLOT);
        return opened(new TwoMasters(layout));
    }

    private RespConnection client(TwoMasters cluster) {
        return opened(cluster.connect()).inRespThree();
    }

    private static RespValue invalidate(String key) {
        return new RespValue.Push(
                List.of(new RespValue.Bulk("invalidate"), new RespValue.Array(List.of(new RespValue.Bulk(key)))));
    }
}
