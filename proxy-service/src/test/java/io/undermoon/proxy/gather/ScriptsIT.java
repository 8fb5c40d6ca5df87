package io.undermoon.proxy.gather;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScriptsIT {
    private static final String UNKNOWN = "f".repeat(40);
    private static final String LIBRARY = "#!lua name=lib\nredis.register_function('one', function(keys) return 1 end)";

    private static final String READING_LIBRARY = """
            #!lua name=reading
            redis.register_function{function_name='two', callback=function() return 2 end, flags={'no-writes'}}
            """;

    @ParameterizedTest
    @EnumSource
    void a_script_is_loaded_everywhere(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect();
                RespConnection high = cluster.high.connect()) {
            String digest = text(client.call("SCRIPT", "LOAD", "return KEYS[1]"));
            assertThat(digest).hasSize(40);
            String lowKey = keyIn(true);
            String highKey = keyIn(false);
            assertThat(text(client.call("EVALSHA", digest, "1", lowKey))).isEqualTo(lowKey);
            assertThat(text(client.call("EVALSHA", digest, "1", highKey))).isEqualTo(highKey);
            assertThat(client.call("SCRIPT", "EXISTS", digest, UNKNOWN)).isEqualTo(integers(1, 0));

            high.call("SCRIPT", "FLUSH");
            assertThat(client.call("SCRIPT", "EXISTS", digest, UNKNOWN)).isEqualTo(integers(0, 0));
            assertThat(text(client.call("EVALSHA", digest, "1", highKey))).startsWith("NOSCRIPT");

            client.call("SCRIPT", "LOAD", "return KEYS[1]");
            assertThat(text(client.call("SCRIPT", "FLUSH", "SYNC"))).isEqualTo("OK");
            assertThat(text(client.call("EVALSHA", digest, "1", lowKey))).startsWith("NOSCRIPT");
            assertThat(text(client.call("SCRIPT", "LOAD", "not lua"))).startsWith("ERR Error compiling script");
            assertThat(text(client.call("SCRIPT", "KILL"))).startsWith("NOTBUSY ");
            assertThat(client.call("SCRIPT", "HELP")).isInstanceOf(RespValue.Array.class);
            assertThat(text(client.call("SCRIPT"))).startsWith("ERR wrong number of arguments for 'script'");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_library_is_loaded_deleted_and_restored_everywhere(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect();
                RespConnection low = cluster.low.connect();
                RespConnection high = cluster.high.connect()) {
            cluster.low.assumeKnows("FUNCTION");
            assertThat(text(client.call("FUNCTION", "LOAD", LIBRARY))).isEqualTo("lib");
            for (boolean isLow : List.of(true, false)) {
                assertThat(text(client.call("FCALL", "one", "1", keyIn(isLow)))).isEqualTo("1");
            }
            assertThat(client.call("FUNCTION", "LIST")).isEqualTo(low.call("FUNCTION", "LIST"));
            assertThat(client.call("FUNCTION", "DUMP")).isEqualTo(high.call("FUNCTION", "DUMP"));
            assertThat(client.call("FUNCTION", "STATS")).isInstanceOf(RespValue.Array.class);
            assertThat(text(client.call("FUNCTION", "DELETE", "lib"))).isEqualTo("OK");
            assertThat(text(client.call("FCALL", "one", "1", keyIn(false)))).startsWith("ERR Function not found");
            assertThat(text(client.call("FUNCTION", "DELETE", "lib"))).isEqualTo("ERR Library not found");
            client.call("FUNCTION", "LOAD", LIBRARY);
            assertThat(text(client.call("FUNCTION", "FLUSH"))).isEqualTo("OK");
            assertThat(high.call("FUNCTION", "LIST")).isEqualTo(new RespValue.Array(List.of()));
        }
    }

    @Test
    void a_client_may_itself_send_a_change_of_libraries_to_every_proxy() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection first = cluster.connect();
                RespConnection second = RespConnection.to(cluster.proxies.get(1).port())) {
            cluster.low.assumeKnows("FUNCTION");
            assertThat(text(first.call("FUNCTION", "LOAD", LIBRARY))).isEqualTo("lib");
            assertThat(text(second.call("FUNCTION", "LOAD", LIBRARY))).isEqualTo("lib");
            for (RespConnection client : List.of(first, second)) {
                assertThat(text(client.call("FUNCTION", "LOAD", LIBRARY)))
                        .isEqualTo("ERR Library 'lib' already exists");
            }
            byte[] dump = ((RespValue.Bulk) first.call("FUNCTION", "DUMP")).bytes();
            assertThat(text(second.call("FUNCTION", "DELETE", "lib"))).isEqualTo("OK");
            assertThat(text(first.call("FUNCTION", "DELETE", "lib"))).isEqualTo("OK");
            for (RespConnection client : List.of(first, second)) {
                assertThat(text(client.call("FUNCTION", "DELETE", "lib"))).isEqualTo("ERR Library not found");
            }
            for (RespConnection client : List.of(first, second)) {
                assertThat(text(restore(client, dump))).isEqualTo("OK");
            }
            assertThat(text(restore(second, dump))).isEqualTo("ERR Library lib already exists");
            assertThat(text(second.call("FCALL", "one", "1", keyIn(true)))).isEqualTo("1");
        }
    }

    @Test
    void a_client_may_send_a_change_of_libraries_to_all_proxies_at_once() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection first = cluster.connect();
                RespConnection second = RespConnection.to(cluster.proxies.get(1).port())) {
            cluster.low.assumeKnows("FUNCTION");
            for (int i = 0; i < 100; i++) {
                for (RespConnection client : List.of(first, second)) {
                    client.send("FUNCTION", "LOAD", LIBRARY);
                }
                for (RespConnection client : List.of(first, second)) {
                    assertThat(text(client.receive())).isEqualTo("lib");
                }
                for (RespConnection client : List.of(first, second)) {
                    client.send("FUNCTION", "DELETE", "lib");
                }
                for (RespConnection client : List.of(first, second)) {
                    assertThat(text(client.receive())).isEqualTo("OK");
                }
            }
        }
    }

    @Test
    void the_masters_behind_the_proxy_decide_and_the_others_follow() {
        try (TwoMasters cluster = new TwoMasters(Layout.TWO_PROXIES);
                RespConnection client = cluster.connect();
                RespConnection high = cluster.high.connect()) {
            cluster.low.assumeKnows("FUNCTION");
            String other = LIBRARY.replace("return 1", "return 3");
            client.call("FUNCTION", "LOAD", LIBRARY);
            high.call("FUNCTION", "DELETE", "lib");
            assertThat(text(client.call("FUNCTION", "LOAD", other))).isEqualTo("ERR Library 'lib' already exists");
            assertThat(high.call("FUNCTION", "LIST")).isEqualTo(new RespValue.Array(List.of()));
            assertThat(text(client.call("FUNCTION", "DELETE", "lib"))).isEqualTo("OK");

            high.call("FUNCTION", "LOAD", LIBRARY);
            client.send("FUNCTION", "LOAD", other);
            client.send("FCALL", "one", "1", keyIn(false));
            assertThat(text(client.receive())).isEqualTo("lib");
            assertThat(text(client.receive())).isEqualTo("3");
            cluster.high.kill();
            // Its end may not have been noticed yet.
            assertThat(text(client.call("FUNCTION", "DELETE", "lib")))
                    .containsAnyOf("cannot be reached", "was lost")
                    .endsWith(" (the masters behind this proxy have carried it out)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_master_without_slots_has_the_scripts_when_slots_come(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            cluster.divide(SlotRanges.ALL, SlotRanges.NONE);
            String digest = text(client.call("SCRIPT", "LOAD", "return KEYS[1]"));

            cluster.divide(TwoMasters.LOW, TwoMasters.HIGH);

            assertThat(text(client.call("EVALSHA", digest, "1", keyIn(false)))).isEqualTo(keyIn(false));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_master_without_slots_has_the_libraries_when_slots_come(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect();
                RespConnection high = cluster.high.connect()) {
            cluster.low.assumeKnows("FUNCTION");
            cluster.divide(SlotRanges.ALL, SlotRanges.NONE);
            client.call("FUNCTION", "LOAD", LIBRARY);

            cluster.divide(TwoMasters.LOW, TwoMasters.HIGH);

            assertThat(text(client.call("FCALL", "one", "1", keyIn(false)))).isEqualTo("1");
            high.call("FUNCTION", "FLUSH");
            assertThat(text(client.call("FUNCTION", "DELETE", "lib")))
                    .as("one master did not have it")
                    .isEqualTo("OK");
            assertThat(text(client.call("FUNCTION", "DELETE", "lib"))).isEqualTo("ERR Library not found");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_script_without_keys_runs_on_one_local_node(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            assertThat(text(client.call("EVAL", "return ARGV[1]", "0", "x"))).isEqualTo("x");
            String digest = text(client.call("SCRIPT", "LOAD", "return 7"));
            assertThat(text(client.call("EVALSHA", digest, "0"))).isEqualTo("7");
            assertThat(text(client.call("EVALSHA", UNKNOWN, "0"))).startsWith("NOSCRIPT");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_script_without_keys_reaches_no_key(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect();
                RespConnection low = cluster.low.connect();
                RespConnection high = cluster.high.connect()) {
            for (String key : List.of(keyIn(true), keyIn(false))) {
                for (String script : List.of(
                        "return redis.call('get', ARGV[1])",
                        "return redis.call('set', ARGV[1], 'orphan')",
                        "return redis.call('copy', ARGV[1], ARGV[1])")) {
                    assertThat(text(client.call("EVAL", script, "0", key)))
                            .as(script)
                            .startsWith("ERR Script attempted to access a non local key in a cluster node");
                }
                assertThat(text(client.call("EVAL", "return redis.call('set', KEYS[1], 'own')", "1", key)))
                        .isEqualTo("OK");
            }
            assertThat(text(client.call("EVAL", "return redis.call('flushdb')", "0")))
                    .startsWith("ERR ");
            assertThat(text(low.call("DBSIZE"))).isEqualTo("1");
            assertThat(text(high.call("DBSIZE"))).isEqualTo("1");
            assertThat(text(client.call("EVAL", "return #redis.call('time')", "0")))
                    .isEqualTo("2");
        }
    }

    @Test
    void a_script_without_keys_reaches_all_keys_where_one_node_has_all_slots() {
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            assertThat(text(client.call("EVAL", "return redis.call('set', 'k', 'v')", "0")))
                    .isEqualTo("OK");
            assertThat(text(client.call("GET", "k"))).isEqualTo("v");
        }
    }

    @Test
    void a_script_without_keys_runs_after_the_command_that_loads_it() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection client = cluster.connect();
                RespConnection low = cluster.low.connect();
                RespConnection high = cluster.high.connect()) {
            cluster.low.assumeKnows("FUNCTION");
            client.call("EVAL", "return 1", "0");
            // The nodes delay the first of the commands, and not the second one.
            low.call("CLIENT", "PAUSE", "300", "WRITE");
            high.call("CLIENT", "PAUSE", "300", "WRITE");
            client.send("FUNCTION", "LOAD", READING_LIBRARY);
            client.send("FCALL_RO", "two", "0");
            assertThat(text(client.receive())).isEqualTo("reading");
            assertThat(text(client.receive())).isEqualTo("2");
        }
    }

    private static RespValue restore(RespConnection client, byte[] dump) {
        CommandFrame restore =
                new CommandBuilder(3).add("FUNCTION").add("RESTORE").add(dump).build();
        client.sendBytes(restore.buffer());
        return client.receive();
    }

    private static RespValue integers(long... values) {
        return new RespValue.Array(java.util.Arrays.stream(values)
                .<RespValue>mapToObj(RespValue.Int::new)
                .toList());
    }

    private static String keyIn(boolean low) {
        for (int i = 0; ; i++) {
            if (Slot.of("key" + i) <= TwoMasters.LAST_LOW_SLOT == low) {
                return "key" + i;
            }
        }
    }
}
