package io.undermoon.proxy.blocking;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockedClientsIT {
    private static final String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

    private RedisServerProcess redis;
    private RespConnection direct;
    private ProxyHarness proxy;
    private RespConnection client;
    private RespConnection other;

    @BeforeEach
    void start() {
        redis = RedisServerProcess.start();
        direct = redis.connect();
        proxy = ProxyHarness.start(2, settings -> settings);
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BLPOP {k}1 {k}2 0",
                "BRPOP {k}1 0",
                "BLMOVE {k}1 {k}2 LEFT LEFT 0",
                "BRPOPLPUSH {k}1 {k}2 0",
                "BLMPOP 0 2 {k}1 {k}2 LEFT",
                "BZPOPMIN {k}1 0",
                "BZPOPMAX {k}1 0",
                "BZMPOP 0 1 {k}1 MIN",
                "XREAD BLOCK 0 STREAMS {k}1 $",
                "XREADGROUP GROUP g c BLOCK 0 STREAMS {k}stream >",
                "WAIT 1 0"
            })
    void whatever_blocks_can_be_unblocked(String command) {
        String[] words = command.split(" ");
        redis.assumeKnows(words[0]);
        client.call("XGROUP", "CREATE", "{k}stream", "g", "$", "MKSTREAM");
        client.call("SET", "{k}other", "for WAIT");
        String id = text(client.call("CLIENT", "ID"));

        client.send(words);
        awaitBlocked(direct, 1);
        assertThat(text(other.call("CLIENT", "LIST", "ID", id))).contains(" flags=b ");
        assertThat(text(other.call("CLIENT", "UNBLOCK", id, "ERROR"))).isEqualTo("1");
        assertThat(text(client.receive())).isEqualTo(UNBLOCKED);

        client.send(words);
        awaitBlocked(direct, 1);
        assertThat(text(other.call("CLIENT", "UNBLOCK", id))).isEqualTo("1");
        RespValue viaProxy = client.receive();
        direct.send(command.replaceFirst("BLOCK 0", "BLOCK 1")
                .replaceFirst(" 0$", words[0].equals("WAIT") ? " 1" : " 0.01")
                .replaceFirst("MPOP 0", "MPOP 0.01")
                .split(" "));
        assertThat(viaProxy).isEqualTo(direct.receive());
        assertThat(text(client.call("PING"))).isEqualTo("PONG");
    }

    @Test
    void who_is_not_blocked_is_not_unblocked() {
        String id = text(client.call("CLIENT", "ID"));
        assertThat(text(other.call("CLIENT", "UNBLOCK", id))).isEqualTo("0");
        assertThat(text(other.call("CLIENT", "UNBLOCK", "123456"))).isEqualTo("0");
        assertThat(text(other.call("CLIENT", "UNBLOCK", "x"))).isEqualTo("ERR value is not an integer or out of range");
        assertThat(text(other.call("CLIENT", "UNBLOCK", id, "NOW")))
                .isEqualTo("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }

    @Test
    void an_element_that_comes_in_the_same_moment_is_never_lost() {
        String id = text(client.call("CLIENT", "ID"));
        int delivered = 0;
        for (int i = 0; i < 300; i++) {
            String element = Integer.toString(i);
            client.send("BLPOP", "list", "0");
            awaitBlocked(direct, 1);
            if (i % 2 == 0) {
                other.send("CLIENT", "UNBLOCK", id);
                direct.send("RPUSH", "list", element);
            } else {
                direct.send("RPUSH", "list", element);
                other.send("CLIENT", "UNBLOCK", id);
            }
            direct.receive();
            String unblocked = text(other.receive());
            RespValue reply = client.receive();
            if (reply.equals(RespValue.Null.ARRAY)) {
                assertThat(unblocked).isEqualTo("1");
                assertThat(text(direct.call("LPOP", "list"))).isEqualTo(element);
            } else {
                assertThat(text(((RespValue.Array) reply).items().get(1))).isEqualTo(element);
                assertThat(unblocked).isEqualTo("0");
                delivered++;
            }
            assertThat(text(direct.call("LLEN", "list"))).isEqualTo("0");
        }
        assertThat(delivered).isPositive();
    }

    @Test
    void a_slot_that_goes_away_ends_the_waiting_with_a_redirection() {
        client.send("BLPOP", "list", "0");
        client.send("PING");
        awaitBlocked(direct, 1);
        proxy.serve(Map.of(), Map.of(new ProxyAddress("127.0.0.1:1"), SlotRanges.ALL));
        assertThat(text(client.receive())).isEqualTo("MOVED " + Slot.of("list") + " 127.0.0.1:1");
        assertThat(text(client.receive())).isEqualTo("PONG");
        awaitBlocked(direct, 0);
    }

    @Test
    void a_slot_that_nobody_serves_any_more_ends_the_waiting() {
        client.send("BLPOP", "list", "0");
        awaitBlocked(direct, 1);
        proxy.serve(Map.of(), Map.of());
        assertThat(text(client.receive())).isEqualTo("CLUSTERDOWN Hash slot not served");
    }

    @Test
    void a_node_that_becomes_a_replica_says_so() {
        client.send("BLPOP", "list", "0");
        awaitBlocked(direct, 1);
        direct.call("REPLICAOF", "127.0.0.1", "1");
        assertThat(text(client.receive())).startsWith("UNBLOCKED force unblock from blocking operation");
        direct.call("REPLICAOF", "NO", "ONE");
        client.send("BLPOP", "list", "0");
        awaitBlocked(direct, 1);
        other.call("RPUSH", "list", "x");
        assertThat(text(((RespValue.Array) client.receive()).items().get(1))).isEqualTo("x");
    }

    @Test
    void other_changes_of_the_topology_leave_them_alone() {
        client.send("BLPOP", "list", "0");
        awaitBlocked(direct, 1);
        proxy.serveAllFrom(redis.port());
        other.call("RPUSH", "list", "x");
        assertThat(text(((RespValue.Array) client.receive()).items().get(1))).isEqualTo("x");
    }

    @Test
    void the_time_goes_on_while_a_command_is_repeated_at_another_node() {
        redis.assumeOneThread();
        try (RedisServerProcess second = RedisServerProcess.start()) {
            client.send("BLPOP", "list", "0.5");
            long begin = System.nanoTime();
            int moves = 0;
            while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(300)) {
                proxy.serveAllFrom(moves++ % 2 == 0 ? second.port() : redis.port());
            }
            assertThat(client.receive()).isEqualTo(RespValue.Null.ARRAY);
            assertThat(System.nanoTime() - begin)
                    .isBetween(TimeUnit.MILLISECONDS.toNanos(490), TimeUnit.SECONDS.toNanos(20));
            try (RespConnection atSecond = second.connect()) {
                assertThat(List.of(unblockCalls(direct), unblockCalls(atSecond)))
                        .as("at which of the nodes it was is chance")
                        .isNotEqualTo(List.of("none", "none"));
            }
        }
    }

    @Test
    void with_active_redirection_nobody_sees_a_slot_move() {
        SlotRanges less = SlotRanges.of(0, 10);
        SlotRanges more = SlotRanges.of(11, 16383);
        String key = keyOf(11, TwoMasters.LAST_LOW_SLOT);
        try (TwoMasters masters = new TwoMasters(TwoMasters.Layout.TWO_PROXIES);
                RespConnection low = masters.low.connect();
                RespConnection high = masters.high.connect();
                RespConnection atFirst = masters.connect();
                RespConnection atSecond =
                        RespConnection.to(masters.proxies.get(1).port())) {
            ProxyHarness first = masters.proxies.get(0);
            ProxyHarness second = masters.proxies.get(1);
            atFirst.send("BLPOP", key, "0");
            awaitBlocked(low, 1);
            if (masters.low.knows("BLMPOP")) {
                atSecond.send("BLMPOP", "0", "1", key, "LEFT");
            } else {
                atSecond.send("BLPOP", key, "0");
            }
            awaitBlocked(low, 2);

            // As a coordinator does: who gets slots is told before who gives them.
            second.serve(Map.of(masters.high.port(), more), Map.of(first.address(), less));
            first.serve(Map.of(masters.low.port(), less), Map.of(second.address(), more));
            awaitBlocked(low, 0);
            awaitBlocked(high, 2);
            masters.serveEach(TwoMasters.LOW, TwoMasters.HIGH);
            awaitBlocked(high, 0);
            awaitBlocked(low, 2);

            low.call("RPUSH", key, "x", "y");
            RespValue popped = ((RespValue.Array) atFirst.receive()).items().get(1);
            assertThat(atSecond.receive().toString()).contains(text(popped).equals("x") ? "y" : "x");
        }
    }

    @Test
    void a_client_that_leaves_is_forgotten_by_the_node_of_a_peer() {
        String key = keyOf(0, TwoMasters.LAST_LOW_SLOT);
        try (TwoMasters masters = new TwoMasters(TwoMasters.Layout.TWO_PROXIES);
                RespConnection low = masters.low.connect();
                RespConnection atSecond =
                        RespConnection.to(masters.proxies.get(1).port())) {
            atSecond.send("BLPOP", key, "0.5");
            awaitBlocked(low, 1);
            assertThat(atSecond.receive()).isEqualTo(RespValue.Null.ARRAY);
            atSecond.send("BLPOP", key, "0");
            awaitBlocked(low, 1);
            atSecond.close();
            awaitBlocked(low, 0);
        }
    }

    private static String unblockCalls(RespConnection node) {
        return text(node.call("INFO", "commandstats"))
                .lines()
                .filter(line -> line.startsWith("cmdstat_client|unblock:") || line.startsWith("cmdstat_client:"))
                .findFirst()
                .orElse("none");
    }

    private static String keyOf(int firstSlot, int lastSlot) {
        for (int i = 0; ; i++) {
            String key = "list" + i;
            int slot = Slot.of(key);
            if (slot >= firstSlot && slot <= lastSlot) {
                return key;
            }
        }
    }

    private static void awaitBlocked(RespConnection node, int clients) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> text(node.call("INFO", "clients")).contains("blocked_clients:" + clients + "\r\n"));
    }
}
