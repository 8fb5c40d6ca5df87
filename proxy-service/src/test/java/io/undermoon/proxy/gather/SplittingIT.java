package io.undermoon.proxy.gather;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SplittingIT {
    @AutoClose
    private static final TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);

    @BeforeEach
    void flush() {
        cluster.serveEach(TwoMasters.LOW, TwoMasters.HIGH);
        try (RespConnection client = cluster.connect()) {
            assertThat(text(client.call("FLUSHALL"))).isEqualTo("OK");
        }
    }

    /** Random commands of one and of many keys, pipelined: every reply is what a map would say at that point. */
    @Test
    void replies_are_those_of_one_big_map() {
        long seed = 20240607;
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> model = new HashMap<>();
        try (RespConnection client = cluster.connect()) {
            for (int round = 0; round < 40; round++) {
                ByteBuf pipeline = Unpooled.buffer();
                List<RespValue> expected = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    List<String> command = randomCommand(random);
                    RespWriter.command(pipeline, command);
                    expected.add(carryOut(command, model));
                }
                client.sendBytes(pipeline);
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(client.receive())
                            .as("seed %d round %d command %d", seed, round, i)
                            .isEqualTo(expected.get(i));
                }
            }
        }
    }

    @Test
    void values_of_other_types_read_as_null_and_big_ones_pass() {
        try (RespConnection client = cluster.connect()) {
            String big = "x".repeat(1 << 20);
            assertThat(text(client.call("MSET", "a", big, "b", "", "c", big))).isEqualTo("OK");
            client.call("LPUSH", "list", "x");
            client.send("MGET", "a", "list", "b", "none", "c", "a");
            client.send("ECHO", "after");
            assertThat(client.receive())
                    .isEqualTo(new RespValue.Array(List.of(
                            new RespValue.Bulk(big),
                            RespValue.Null.BULK,
                            new RespValue.Bulk(""),
                            RespValue.Null.BULK,
                            new RespValue.Bulk(big),
                            new RespValue.Bulk(big))));
            assertThat(text(client.receive())).isEqualTo("after");
            assertThat(text(client.call("MSET", "a", "1", "b")))
                    .isEqualTo("ERR wrong number of arguments for 'mset' command");
        }
    }

    @Test
    void other_commands_and_transactions_still_need_one_slot() {
        try (RespConnection client = cluster.connect()) {
            assertThat(text(client.call("MSETNX", "a", "1", "b", "2"))).startsWith("CROSSSLOT");
            assertThat(text(client.call("SUNION", "a", "b"))).startsWith("CROSSSLOT");
            client.call("MULTI");
            assertThat(text(client.call("MGET", "a", "b"))).startsWith("CROSSSLOT");
            assertThat(text(client.call("EXEC"))).startsWith("EXECABORT");
        }
    }

    @Test
    void commands_stay_in_order_while_keys_are_watched() {
        try (RespConnection client = cluster.connect()) {
            assertThat(text(client.call("WATCH", "b"))).isEqualTo("OK");
            for (int i = 0; i < 100; i++) {
                client.send("SET", "b", "b" + i);
                client.send("MGET", "a", "b");
                client.send("MSET", "a", "a" + i, "b", "c" + i);
                client.send("GET", "b");
            }
            for (int i = 0; i < 100; i++) {
                assertThat(text(client.receive())).isEqualTo("OK");
                RespValue a = i == 0 ? RespValue.Null.BULK : new RespValue.Bulk("a" + (i - 1));
                assertThat(client.receive()).isEqualTo(new RespValue.Array(List.of(a, new RespValue.Bulk("b" + i))));
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("c" + i);
            }
        }
    }

    @Test
    void nothing_is_sent_when_a_slot_is_not_served_and_a_part_that_fails_is_told() {
        try (RespConnection client = cluster.connect();
                RespConnection high = cluster.high.connect()) {
            cluster.proxies
                    .get(0)
                    .serve(
                            Map.of(cluster.low.port(), SlotRanges.of(0, 8000)),
                            Map.of(cluster.proxies.get(1).address(), SlotRanges.of(8001, 15494)));
            assertThat(text(client.call("MSET", "b", "1", "a", "1"))).isEqualTo("CLUSTERDOWN Hash slot not served");
            assertThat(text(client.call("EXISTS", "b"))).isEqualTo("0");

            cluster.serveEach(TwoMasters.LOW, TwoMasters.HIGH);
            high.call("CONFIG", "SET", "maxmemory", "1");
            assertThat(text(client.call("MSET", "b", "1", "a", "1")))
                    .startsWith("OOM ")
                    .contains("1 of the 2 parts the command was split into; the others were carried out");
            assertThat(text(client.call("GET", "b"))).isEqualTo("1");
            high.call("CONFIG", "SET", "maxmemory", "0");
        }
    }

    private static List<String> randomCommand(SplittableRandom random) {
        String name = List.of("GET", "SET", "INCRBY", "MGET", "MGET", "MSET", "DEL", "EXISTS", "UNLINK", "TOUCH")
                .get(random.nextInt(10));
        List<String> command = new ArrayList<>(List.of(name));
        int keys = name.startsWith("M") || name.matches("DEL|EXISTS|UNLINK|TOUCH") ? random.nextInt(1, 12) : 1;
        for (int i = 0; i < keys; i++) {
            command.add("k" + random.nextInt(40));
            if (name.matches("SET|MSET|INCRBY")) {
                command.add(Integer.toString(random.nextInt(1000)));
            }
        }
        return command;
    }

    private static RespValue carryOut(List<String> command, Map<String, String> model) {
        List<String> keys = command.subList(1, command.size());
        return switch (command.get(0)) {
            case "GET" -> value(model, keys.get(0));
            case "MGET" ->
                new RespValue.Array(keys.stream().map(key -> value(model, key)).toList());
            case "INCRBY" ->
                new RespValue.Int(Long.parseLong(model.merge(keys.get(0), keys.get(1), SplittingIT::plus)));
            case "SET", "MSET" -> {
                for (int i = 0; i < keys.size(); i += 2) {
                    model.put(keys.get(i), keys.get(i + 1));
                }
                yield new RespValue.Simple("OK");
            }
            case "DEL", "UNLINK" ->
                new RespValue.Int(
                        keys.stream().filter(key -> model.remove(key) != null).count());
            default ->
                new RespValue.Int(keys.stream().filter(model::containsKey).count());
        };
    }

    private static String plus(String a, String b) {
        return Long.toString(Long.parseLong(a) + Long.parseLong(b));
    }

    private static RespValue value(Map<String, String> model, String key) {
        String value = model.get(key);
        return value == null ? RespValue.Null.BULK : new RespValue.Bulk(value);
    }
}
