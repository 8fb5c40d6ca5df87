package io.undermoon.proxy.usage;

import static io.undermoon.proxy.testing.Replies.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code HOTKEYS} and {@code CLUSTER SLOT-STATS} of a proxy with two Redis nodes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotKeysIT {
    private static final int TOP = 20;
    private static final int PIPELINE = 100;

    private TwoMasters masters;
    private RespConnection client;

    @BeforeAll
    void start() {
        masters = new TwoMasters(Layout.ONE_PROXY);
        client = masters.connect();
    }

    @AfterAll
    void stop() {
        client.close();
        masters.close();
    }

    @BeforeEach
    void reset() {
        call("HOTKEYS STOP");
        assertThat(say("HOTKEYS RESET")).isEqualTo("OK");
        assertThat(say("CONFIG SET cluster-slot-stats-enabled no")).isEqualTo("OK");
        assertThat(say("FLUSHALL")).isEqualTo("OK");
    }

    private RespValue call(String command) {
        return client.call(command.split(" "));
    }

    private String say(String command) {
        return text(call(command));
    }

    /** The fields of the only map of {@code HOTKEYS GET}. */
    private Map<String, RespValue> found() {
        List<RespValue> reply = items(call("HOTKEYS GET"));
        assertThat(reply).hasSize(1);
        return map(reply.get(0));
    }

    private static List<RespValue> items(RespValue value) {
        return ((RespValue.Array) value).items();
    }

    private static Map<String, RespValue> map(RespValue array) {
        List<RespValue> items = items(array);
        Map<String, RespValue> map = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i += 2) {
            map.put(text(items.get(i)), items.get(i + 1));
        }
        return map;
    }

    private static Map<String, Long> numbers(RespValue array) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        map(array).forEach((key, value) -> numbers.put(key, Long.parseLong(text(value))));
        return numbers;
    }

    @Test
    void counts_each_command_while_there_are_few() {
        assertThat(say("HOTKEYS START METRICS 3 CPU NET OPS COUNT 5")).isEqualTo("OK");
        for (int i = 0; i < 7; i++) {
            call("SET hot 12345");
        }
        call("MGET {hot}1 {hot}2 hot");
        call("GET cold");
        call("PING");
        assertThat(say("HOTKEYS STOP")).isEqualTo("OK");
        call("GET hot");

        Map<String, RespValue> found = found();

        assertThat(found.keySet())
                .containsExactly(
                        "tracking-active",
                        "sample-ratio",
                        "selected-slots",
                        "all-commands-all-slots-us",
                        "net-bytes-all-commands-all-slots",
                        "collection-start-time-unix-ms",
                        "collection-duration-ms",
                        "total-cpu-time-user-ms",
                        "total-cpu-time-sys-ms",
                        "total-net-bytes",
                        "total-ops",
                        "by-cpu-time-us",
                        "by-net-bytes",
                        "by-ops");
        assertThat(text(found.get("tracking-active"))).isEqualTo("0");
        assertThat(text(found.get("sample-ratio"))).isEqualTo("1");
        assertThat(items(found.get("selected-slots")).toString()).contains("0").contains("16383");
        assertThat(numbers(found.get("by-ops")))
                .containsExactlyInAnyOrderEntriesOf(Map.of("hot", 8L, "{hot}1", 1L, "{hot}2", 1L, "cold", 1L));
        int set = "*3\r\n$3\r\nSET\r\n$3\r\nhot\r\n$5\r\n12345\r\n+OK\r\n".length();
        int mget = "*4\r\n$4\r\nMGET\r\n$6\r\n{hot}1\r\n$6\r\n{hot}2\r\n$3\r\nhot\r\n".length()
                + "*3\r\n$-1\r\n$-1\r\n$5\r\n12345\r\n".length();
        int get = "*2\r\n$3\r\nGET\r\n$4\r\ncold\r\n$-1\r\n".length();
        assertThat(numbers(found.get("by-net-bytes")))
                .containsEntry("hot", 7L * set + mget / 3)
                .containsEntry("cold", (long) get);
        assertThat(text(found.get("total-net-bytes"))).isEqualTo(String.valueOf(7 * set + mget + get));
        assertThat(text(found.get("total-ops"))).isEqualTo("9");
        assertThat(numbers(found.get("by-cpu-time-us"))).containsKey("hot");
        assertThat(numbers(found.get("by-cpu-time-us")).get("hot"))
                .isBetween(1L, Long.parseLong(text(found.get("all-commands-all-slots-us"))));
    }

    @Test
    void the_top_20_after_a_second_of_load_are_right_within_10_percent() {
        Zipf zipf = new Zipf(20_000, 42);
        Map<String, Long> exact = new HashMap<>();
        assertThat(say("HOTKEYS START METRICS 1 OPS COUNT 40")).isEqualTo("OK");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        while (System.nanoTime() - end < 0) {
            ByteBuf commands = Unpooled.buffer();
            for (int i = 0; i < PIPELINE; i++) {
                String key = "key:" + zipf.next();
                exact.merge(key, 1L, Long::sum);
                RespWriter.command(commands, List.of("GET", key));
            }
            client.sendBytes(commands);
            for (int i = 0; i < PIPELINE; i++) {
                client.receive();
            }
        }

        Map<String, Long> found = numbers(found().get("by-ops"));

        assertThat(found).hasSize(40);
        exact.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(TOP)
                .forEach(entry -> assertThat((double) found.getOrDefault(entry.getKey(), 0L) / entry.getValue())
                        .as("%s of %s", entry, found)
                        .isBetween(0.9, 1.1));
    }

    @Test
    void ends_by_itself_after_its_duration() {
        assertThat(say("HOTKEYS START METRICS 1 OPS DURATION 1")).isEqualTo("OK");
        call("GET a");
        await().until(() -> text(found().get("tracking-active")).equals("0"));
        call("GET a");
        assertThat(numbers(found().get("by-ops"))).containsExactly(Map.entry("a", 1L));
        assertThat(Long.parseLong(text(found().get("collection-duration-ms")))).isEqualTo(1000);
        assertThat(call("HOTKEYS STOP")).isEqualTo(RespValue.Null.BULK);
    }

    @Test
    void looks_at_chosen_slots_only() {
        int slot = Slot.of("a".getBytes(UTF_8));
        assertThat(say("HOTKEYS START METRICS 2 NET OPS SLOTS 1 " + slot)).isEqualTo("OK");
        call("GET a");
        call("GET b");
        Map<String, RespValue> found = found();
        assertThat(numbers(found.get("by-ops"))).containsExactly(Map.entry("a", 1L));
        assertThat(text(items(items(found.get("selected-slots")).get(0)).get(0)))
                .isEqualTo(String.valueOf(slot));
        assertThat(found).containsKeys("all-commands-selected-slots-us", "net-bytes-all-commands-selected-slots");
        assertThat(Long.parseLong(text(found.get("net-bytes-all-commands-selected-slots"))) * 2)
                .isEqualTo(Long.parseLong(text(found.get("net-bytes-all-commands-all-slots"))));
    }

    @Test
    void transactions_blocking_commands_and_scripts_count() {
        assertThat(say("HOTKEYS START METRICS 1 OPS")).isEqualTo("OK");
        call("MULTI");
        call("SET {t}a 1");
        call("INCR {t}a");
        call("EXEC");
        call("RPUSH {t}list x");
        call("BLPOP {t}list 1");
        client.call("EVAL", "return redis.call('get', KEYS[1])", "1", "{t}a");
        assertThat(numbers(found().get("by-ops")))
                .containsExactlyInAnyOrderEntriesOf(Map.of("{t}a", 3L, "{t}list", 2L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HOTKEYS START; ERR METRICS parameter is required",
                "HOTKEYS START METRICS 4 CPU NET OPS CPU; ERR METRICS count must be > 0 and <= 3",
                "HOTKEYS START METRICS 2 CPU; ERR METRICS count does not match number of metric types provided",
                "HOTKEYS START METRICS 2 CPU CPU; ERR METRICS CPU defined more than once!",
                "HOTKEYS START METRICS 1 RAM; ERR METRICS 'RAM' is not supported. Supported: CPU|NET|OPS",
                "HOTKEYS START METRICS 1 CPU COUNT 65; ERR COUNT must be between 1 and 64",
                "HOTKEYS START METRICS 1 CPU COUNT; ERR syntax error",
                "HOTKEYS START METRICS 1 CPU DURATION 0; ERR DURATION must be between 1 and 1000000",
                "HOTKEYS START METRICS 1 CPU SAMPLE 0; ERR SAMPLE ratio must be positive",
                "HOTKEYS START METRICS 1 CPU SLOTS 2 1; ERR not enough slot numbers provided",
                "HOTKEYS START METRICS 1 CPU SLOTS 2 1 1; ERR duplicate slot number",
                "HOTKEYS START METRICS 1 CPU SLOTS 1 16384; ERR Invalid or out of range slot",
                "HOTKEYS START METRICS 1 CPU FOO 1; ERR syntax error",
                "HOTKEYS GET x; ERR wrong number of arguments for 'hotkeys|get' command",
                "CLUSTER SLOT-STATS SLOTSRANGE 2 1; ERR Start slot number 2 is greater than end slot number 1",
                "CLUSTER SLOT-STATS SLOTSRANGE 0 16384; ERR Invalid or out of range slot",
                "CLUSTER SLOT-STATS ORDERBY cpu-usec; ERR Unrecognized sort metric for ORDERBY.",
                "CLUSTER SLOT-STATS ORDERBY key-count LIMIT 0; "
                        + "ERR Limit has to lie in between 1 and 16384 (maximum number of slots).",
                "CLUSTER SLOT-STATS ORDERBY key-count ASC DESC; "
                        + "ERR Multiple filters of the same type are disallowed.",
                "CLUSTER SLOT-STATS ORDERBY key-count UP; ERR syntax error",
                "CLUSTER SLOT-STATS FOO BAR; ERR unknown subcommand or wrong number of arguments for 'SLOT-STATS'. "
                        + "Try CLUSTER HELP."
            })
    void wrong_arguments_are_refused_as_redis_does(String command, String error) {
        assertThat(say(command)).isEqualTo(error);
    }

    @Test
    void one_search_at_a_time() {
        assertThat(call("HOTKEYS GET")).isEqualTo(RespValue.Null.BULK);
        assertThat(say("HOTKEYS START METRICS 1 CPU")).isEqualTo("OK");
        assertThat(say("HOTKEYS START METRICS 1 CPU")).isEqualTo("ERR hotkey tracking session already in progress");
        assertThat(say("HOTKEYS RESET")).isEqualTo("ERR hotkey tracking session in progress, stop tracking first");
    }

    @Test
    void slots_have_their_number_of_keys() {
        call("SET {a}1 1");
        call("SET {a}2 1");
        call("SET {b}1 1");
        await().untilAsserted(() -> assertThat(rows("ORDERBY key-count LIMIT 3"))
                .containsExactly(
                        "slot " + slot("a") + " {key-count=2}",
                        "slot " + slot("b") + " {key-count=1}",
                        "slot 0 {key-count=0}"));
        assertThat(rows("SLOTSRANGE " + slot("b") + " " + slot("b")))
                .containsExactly("slot " + slot("b") + " {key-count=1}");
        assertThat(rows("ORDERBY key-count ASC LIMIT 1")).containsExactly("slot 0 {key-count=0}");
        assertThat(rows("SLOTSRANGE 0 16383")).hasSize(16384);
    }

    @Test
    void what_slots_are_used_is_counted_when_that_is_wanted() {
        call("SET {a}1 1");
        assertThat(say("CONFIG SET cluster-slot-stats-enabled yes")).isEqualTo("OK");
        assertThat(say("CONFIG SET cluster-slot-stats-enabled maybe")).contains("argument must be 'yes' or 'no'");
        for (int i = 0; i < 3; i++) {
            call("GET {a}1");
        }
        call("GET {b}1");
        int get = "*2\r\n$3\r\nGET\r\n$4\r\n{a}1\r\n".length();
        assertThat(rows("ORDERBY ops LIMIT 2").get(0))
                .matches("slot " + slot("a") + " \\{key-count=1, cpu-usec=\\d+, network-bytes-in=" + 3 * get
                        + ", network-bytes-out=" + 3 * "$1\r\n1\r\n".length() + ", ops=3}");
        assertThat(rows("ORDERBY network-bytes-in LIMIT 2"))
                .hasSize(2)
                .last()
                .asString()
                .contains("ops=1");
        assertThat(say("CONFIG SET cluster-slot-stats-enabled no")).isEqualTo("OK");
        assertThat(say("CONFIG SET cluster-slot-stats-enabled yes")).isEqualTo("OK");
        assertThat(rows("ORDERBY ops LIMIT 1").get(0)).contains("ops=0");
    }

    @Test
    void each_proxy_tells_of_its_own_slots() {
        try (TwoMasters two = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection first = two.connect()) {
            ProxyHarness other = two.proxies.get(1);
            assertThat(items(first.call("CLUSTER", "SLOT-STATS", "SLOTSRANGE", "0", "16383")))
                    .hasSize(TwoMasters.LAST_LOW_SLOT + 1);
            assertThat(text(first.call("HOTKEYS", "START", "METRICS", "1", "OPS", "SLOTS", "1", "16383")))
                    .isEqualTo("ERR slot 16383 not handled by this node");
            try (RespConnection second = RespConnection.to(other.port())) {
                for (RespConnection each : List.of(first, second)) {
                    assertThat(text(each.call("HOTKEYS", "START", "METRICS", "1", "OPS")))
                            .isEqualTo("OK");
                }
                // Through the first, by active redirection; slot 15495 is the other's.
                first.call("GET", "a");
                assertThat(numbers(
                                map(items(first.call("HOTKEYS", "GET")).get(0)).get("by-ops")))
                        .isEmpty();
                assertThat(numbers(
                                map(items(second.call("HOTKEYS", "GET")).get(0)).get("by-ops")))
                        .containsExactly(Map.entry("a", 1L));
            }
        }
    }

    private static int slot(String tag) {
        return Slot.of(tag.getBytes(UTF_8));
    }

    private List<String> rows(String arguments) {
        List<String> rows = new ArrayList<>();
        for (RespValue row : items(call("CLUSTER SLOT-STATS " + arguments))) {
            rows.add(
                    "slot " + text(items(row).get(0)) + " " + numbers(items(row).get(1)));
        }
        return rows;
    }
}
