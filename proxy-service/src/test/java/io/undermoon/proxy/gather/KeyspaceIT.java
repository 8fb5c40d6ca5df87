package io.undermoon.proxy.gather;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetCluster;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyspaceIT {
    private static final int KEYS = 10_000;

    @ParameterizedTest
    @EnumSource
    void a_scan_sees_each_key_once_whoever_has_it_and_so_does_keys(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            Set<String> model = fill(client, KEYS);
            putForeignKeys(cluster);

            assertThat(sorted(strings(client.call("KEYS", "*")))).isEqualTo(sorted(model));
            assertThat(sorted(scan(List.of(client), "COUNT", "500"))).isEqualTo(sorted(model));
            assertThat(sorted(scan(List.of(client)))).isEqualTo(sorted(model));
            assertThat(scan(List.of(client), "MATCH", "key:77*", "COUNT", "2000"))
                    .containsExactlyInAnyOrderElementsOf(model.stream()
                            .filter(key -> key.startsWith("key:77"))
                            .toList());
            client.call("LPUSH", "list", "x");
            assertThat(scan(List.of(client), "TYPE", "list", "COUNT", "2000")).containsExactly("list");
            assertThat(strings(client.call("KEYS", "key:9?"))).hasSize(10);
        }
    }

    @Test
    void any_proxy_goes_on_with_a_scan() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection one = cluster.connect();
                RespConnection other = RespConnection.to(cluster.proxies.get(1).port())) {
            Set<String> model = fill(one, 3000);
            assertThat(sorted(scan(List.of(one, other), "COUNT", "100"))).isEqualTo(sorted(model));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_scan_goes_on_when_slots_have_another_owner(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            Set<String> model = fill(client, 3000);
            // Only the metadata changes, so no key is in the slot that has another owner.
            model.removeIf(key -> Slot.of(key) == TwoMasters.LAST_LOW_SLOT && client.call("DEL", key) != null);
            Set<String> found = new HashSet<>();
            String cursor = "0";
            int calls = 0;
            do {
                if (calls == 3 || calls == 10 || calls == 41) {
                    int last = TwoMasters.LAST_LOW_SLOT - calls % 2;
                    cluster.divide(SlotRanges.of(0, last), SlotRanges.of(last + 1, 16383));
                }
                List<RespValue> reply = items(client.call("SCAN", cursor, "COUNT", "50"));
                cursor = text(reply.get(0));
                found.addAll(strings(reply.get(1)));
                assertThat(calls++).isLessThan(KEYS);
            } while (!cursor.equals("0"));
            assertThat(found).isEqualTo(model);
            assertThat(calls).isGreaterThan(42);
        }
    }

    @Test
    void a_cursor_that_is_none_is_refused() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect()) {
            for (String cursor : List.of("x", "-1", "1", "18446744073709551615")) {
                assertThat(text(client.call("SCAN", cursor))).isEqualTo("ERR invalid cursor");
            }
            assertThat(text(client.call("SCAN", "0", "COUNT", "0"))).isEqualTo("ERR syntax error");
            assertThat(text(client.call("SCAN", "0", "MATCH"))).isEqualTo("ERR syntax error");
            assertThat(text(client.call("SCAN", "0", "COUNT", "x")))
                    .isEqualTo("ERR value is not an integer or out of range");
        }
    }

    /** A node is scanned once for each of its ranges, with a larger count in return. */
    @Test
    void slots_in_many_ranges_take_few_more_calls() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect()) {
            SlotRanges low = SlotRanges.NONE;
            for (int first = 0; first < Slot.COUNT; first += 2048) {
                low = low.union(SlotRanges.of(first, first + 1023));
            }
            cluster.divide(low, SlotRanges.ALL.minus(low));
            Set<String> model = fill(client, 2000);
            AtomicInteger calls = new AtomicInteger();
            assertThat(sorted(scan(calls, List.of(client)))).isEqualTo(sorted(model));
            assertThat(calls.get()).isLessThan(500);
        }
    }

    @ParameterizedTest
    @EnumSource
    void flushing_counting_and_random_keys_are_about_all_masters(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect();
                RespConnection low = cluster.low.connect();
                RespConnection high = cluster.high.connect()) {
            assertThat(client.call("RANDOMKEY")).isEqualTo(RespValue.Null.BULK);
            assertThat(text(client.call("DBSIZE"))).isEqualTo("0");
            Set<String> model = fill(client, 1000);
            assertThat(text(client.call("DBSIZE"))).isEqualTo("1000");
            assertThat(Integer.parseInt(text(low.call("DBSIZE")))).isBetween(300, 700);
            Set<Boolean> halves = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                String key = text(client.call("RANDOMKEY"));
                assertThat(model).contains(key);
                halves.add(Slot.of(key) <= TwoMasters.LAST_LOW_SLOT);
            }
            assertThat(halves).hasSize(2);
            assertThat(text(client.call("FLUSHALL", "ASYNC"))).isEqualTo("OK");
            assertThat(text(low.call("DBSIZE"))).isEqualTo("0");
            assertThat(text(high.call("DBSIZE"))).isEqualTo("0");
            fill(client, 10);
            assertThat(text(client.call("FLUSHDB"))).isEqualTo("OK");
            assertThat(strings(client.call("KEYS", "*"))).isEmpty();
            assertThat(text(client.call("FLUSHALL", "BAD"))).isEqualTo("ERR syntax error");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_random_key_is_found_among_foreign_ones(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            putForeignKeys(cluster);
            assertThat(client.call("RANDOMKEY")).isEqualTo(RespValue.Null.BULK);
            client.call("SET", "mine", "1");
            for (int i = 0; i < 20; i++) {
                assertThat(text(client.call("RANDOMKEY"))).isEqualTo("mine");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_is_pipelined_before_and_after_stays_before_and_after(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            cluster.low.assumeGoesOnBehindKeys();
            int rounds = 200;
            ByteBuf pipeline = Unpooled.buffer();
            for (int i = 0; i < rounds; i++) {
                RespWriter.command(pipeline, List.of("SET", "a", "1"));
                RespWriter.command(pipeline, List.of("SET", "b", "1"));
                RespWriter.command(pipeline, List.of("DBSIZE"));
                RespWriter.command(pipeline, List.of("FLUSHALL"));
                RespWriter.command(pipeline, List.of("SET", "b" + i, "2"));
                RespWriter.command(pipeline, List.of("ECHO", "echo" + i));
                RespWriter.command(pipeline, List.of("KEYS", "*"));
            }
            client.sendBytes(pipeline);
            for (int i = 0; i < rounds; i++) {
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo(i == 0 ? "2" : "3");
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("echo" + i);
                assertThat(strings(client.receive())).containsExactly("b" + i);
            }
        }
    }

    @Test
    void info_has_the_keys_of_the_masters_behind_the_proxy() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect()) {
            assertThat(text(client.call("INFO", "keyspace"))).isEqualTo("# Keyspace\r\n");
            fill(client, 1000);
            for (int i = 0; i < 100; i++) {
                client.call("EXPIRE", "key:" + i, "1000");
            }
            assertThat(text(client.call("INFO", "keyspace")))
                    .matches("# Keyspace\r\ndb0:keys=1000,expires=100,avg_ttl=\\d+\r\n");
            assertThat(text(client.call("INFO"))).contains("# Server", "# Cluster", "db0:keys=1000,");
            assertThat(text(client.call("INFO", "server"))).doesNotContain("# Keyspace");
            cluster.high.kill();
            assertThat(text(client.call("INFO", "keyspace")))
                    .matches("# Keyspace\r\ndb0:keys=[3-7]\\d\\d,expires.*\r\n");
        }
    }

    @Test
    void nothing_is_flushed_while_slots_are_on_the_move() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect()) {
            fill(client, 10);
            moving(cluster, TwoMasters.LOW);
            assertThat(text(client.call("FLUSHALL"))).startsWith("TRYAGAIN slots are being moved");
            assertThat(strings(client.call("KEYS", "*"))).hasSize(10);
        }
    }

    @Test
    void a_scan_waits_while_slots_of_its_run_are_handed_over() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect();
                RespConnection other = cluster.connect();
                RespConnection low = cluster.low.connect()) {
            Set<String> model = fill(client, 100);
            TaggedSlots moving = moving(cluster, SlotRanges.of(7000, TwoMasters.LAST_LOW_SLOT));
            TopologyStore topology = cluster.proxies.get(0).topology();
            topology.setOwnership(moving, SlotOwnership.HELD);
            client.send("SCAN", "0", "COUNT", "1000");
            await().until(() -> text(other.call("CLIENT", "LIST")).contains(" cmd=scan "));
            assertThat(text(low.call("INFO", "commandstats"))).doesNotContain("cmdstat_scan");
            topology.setOwnership(moving, SlotOwnership.LOCAL);
            List<String> found = strings(items(client.receive()).get(1));
            assertThat(found)
                    .containsExactlyInAnyOrderElementsOf(model.stream()
                            .filter(key -> Slot.of(key) <= TwoMasters.LAST_LOW_SLOT)
                            .toList());
        }
    }

    /** Has slots of the low master be on their way to the high one, behind the same proxy. */
    private static TaggedSlots moving(TwoMasters cluster, SlotRanges slots) {
        ProxyHarness proxy = cluster.proxies.get(0);
        SetCluster stable = proxy.topology().current().cluster();
        NodeAddress low = new NodeAddress(cluster.low.address());
        NodeAddress high = new NodeAddress(cluster.high.address());
        MigrationMeta move = new MigrationMeta(new Epoch(2), proxy.address(), low, proxy.address(), high);
        TaggedSlots moving = new TaggedSlots(slots, new SlotState.Migrating(move));
        SlotRanges staying = TwoMasters.LOW.minus(slots);
        List<TaggedSlots> ofLow = staying.isEmpty() ? List.of(moving) : List.of(TaggedSlots.stable(staying), moving);
        proxy.topology()
                .apply(new SetCluster(
                        new Epoch(2),
                        false,
                        stable.clusterName(),
                        Map.of(low, ofLow, high, List.of(TaggedSlots.stable(TwoMasters.HIGH))),
                        Map.of(),
                        List.of(),
                        stable.config(),
                        false));
        return moving;
    }

    @Test
    void a_proxy_without_masters_of_its_own_asks_the_others() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect()) {
            cluster.serveEach(SlotRanges.NONE, SlotRanges.ALL);
            Set<String> model = fill(client, 100);
            assertThat(sorted(scan(List.of(client)))).isEqualTo(sorted(model));
            assertThat(text(client.call("DBSIZE"))).isEqualTo("100");
            assertThat(model).contains(text(client.call("RANDOMKEY")));
            assertThat(text(client.call("EVAL", "return redis.call('DBSIZE')", "0")))
                    .isEqualTo("100");
        }
    }

    @Test
    void a_node_that_is_down_makes_an_error_that_says_so() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect()) {
            fill(client, 10);
            cluster.high.kill();
            assertThat(text(client.call("FLUSHALL")))
                    .matches("(CLUSTERDOWN|ERR) .*" + cluster.high.address()
                            + ".*this is of 1 of the 2 parts the command was split into; the others "
                            + "were carried out.*");
            assertThat(text(client.call("KEYS", "*"))).contains(cluster.high.address());
        }
    }

    @Test
    void transactions_and_proxies_without_a_cluster_refuse() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                ProxyHarness free = ProxyHarness.start();
                RespConnection client = cluster.connect();
                RespConnection ofFree = RespConnection.to(free.port())) {
            client.call("MULTI");
            assertThat(text(client.call("FLUSHALL")))
                    .isEqualTo("ERR command 'flushall' is not allowed in a transaction through the proxy");
            assertThat(text(client.call("EXEC"))).startsWith("EXECABORT");
            for (String command : List.of("FLUSHALL", "DBSIZE", "RANDOMKEY")) {
                assertThat(text(ofFree.call(command))).startsWith("CLUSTERDOWN this proxy belongs to no cluster");
            }
            assertThat(text(ofFree.call("SCAN", "0"))).startsWith("CLUSTERDOWN");
        }
    }

    /** Keys of the other node's slots on either node. */
    private static void putForeignKeys(TwoMasters cluster) {
        try (RespConnection low = cluster.low.connect();
                RespConnection high = cluster.high.connect()) {
            for (int i = 0; i < 300; i++) {
                boolean isLow = Slot.of("foreign" + i) <= TwoMasters.LAST_LOW_SLOT;
                (isLow ? high : low).call("SET", "foreign" + i, "x");
            }
        }
    }

    private static Set<String> fill(RespConnection client, int count) {
        Set<String> keys = new HashSet<>();
        ByteBuf pipeline = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            keys.add("key:" + i);
            RespWriter.command(pipeline, List.of("SET", "key:" + i, "x"));
        }
        client.sendBytes(pipeline);
        for (int i = 0; i < count; i++) {
            assertThat(text(client.receive())).isEqualTo("OK");
        }
        return keys;
    }

    /** All keys of a whole scan, each call on another connection; a key that comes twice is there twice. */
    private static List<String> scan(List<RespConnection> clients, String... options) {
        return scan(new AtomicInteger(), clients, options);
    }

    private static List<String> scan(AtomicInteger calls, List<RespConnection> clients, String... options) {
        List<String> keys = new ArrayList<>();
        String cursor = "0";
        do {
            List<String> command = new ArrayList<>(List.of("SCAN", cursor));
            command.addAll(List.of(options));
            RespConnection client = clients.get(calls.getAndIncrement() % clients.size());
            List<RespValue> reply = items(client.call(command.toArray(String[]::new)));
            cursor = text(reply.get(0));
            keys.addAll(strings(reply.get(1)));
            assertThat(calls.get()).isLessThan(2 * KEYS);
        } while (!cursor.equals("0"));
        return keys;
    }

    private static List<String> sorted(Collection<String> keys) {
        return keys.stream().sorted().toList();
    }

    private static List<String> strings(RespValue array) {
        return items(array).stream().map(item -> text(item)).toList();
    }

    private static List<RespValue> items(RespValue array) {
        assertThat(array).isInstanceOf(RespValue.Array.class);
        return ((RespValue.Array) array).items();
    }
}
