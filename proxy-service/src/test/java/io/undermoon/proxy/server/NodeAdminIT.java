package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.Replies;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Administration of the Redis nodes through one proxy, alone and with active redirection. */
class NodeAdminIT {
    private static RedisServerProcess low;
    private static RedisServerProcess high;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void startRedis() {
        low = RedisServerProcess.startWithDebug();
        high = RedisServerProcess.startWithDebug();
    }

    @AfterAll
    static void stopRedis() {
        low.close();
        high.close();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private int proxy(String... keysAndValues) {
        int port = FreePort.any();
        String[] values = Stream.concat(
                        Stream.of("address", "127.0.0.1:" + port, "thread_number", "1"), Arrays.stream(keysAndValues))
                .toArray(String[]::new);
        ProxyServer server = new ProxyServer(Configs.onOnePort(values), () -> {});
        open.add(server);
        server.start();
        return port;
    }

    private RespConnection client(int port) {
        RespConnection client = RespConnection.to(port);
        open.add(client);
        return client;
    }

    private static RespValue call(RespConnection client, String command) {
        return client.call(command.split(" "));
    }

    private static String say(RespConnection client, String command) {
        return text(call(client, command));
    }

    private static List<String> texts(RespValue array) {
        return ((RespValue.Array) array).items().stream().map(Replies::text).toList();
    }

    /** Two proxies, each with a node, that pass commands on to each other; connected to the first. */
    private RespConnection clusterOfTwo() {
        String[] settings = {"backend_admin_commands", "true", "active_redirection", "true", "control_secret", "c0ntrol"
        };
        int first = proxy(settings);
        int second = proxy(settings);
        serve(first, low, "0-8000", second, "8001-16383");
        serve(second, high, "8001-16383", first, "0-8000");
        return client(first);
    }

    private void serve(int port, RedisServerProcess node, String slots, int peer, String peerSlots) {
        RespConnection control = client(port);
        assertThat(say(control, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        assertThat(say(
                        control,
                        "UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address() + " 1 " + slots + " PEER 127.0.0.1:"
                                + peer + " 1 " + peerSlots))
                .isEqualTo("OK");
    }

    @Test
    void says_how_it_is_turned_on() {
        int port = proxy();
        RespConnection client = client(port);
        for (String command : List.of(
                "DEBUG OBJECT k",
                "PFDEBUG ENCODING k",
                "PFSELFTEST",
                "MEMORY PURGE",
                "LATENCY LATEST",
                "INFO NODES",
                "SLOWLOG GET 1 NODES",
                "UMCTL ADMIN INFO")) {
            assertThat(say(client, command)).as(command).startsWith("ERR ").contains("backend_admin_commands=true");
        }
        assertThat(say(client, "CONFIG SET maxmemory 1")).startsWith("ERR Unknown option");
        assertThat(say(client, "CONFIG RESETSTAT")).isEqualTo("OK");
        assertThat(say(client, "LATENCY")).startsWith("ERR wrong number of arguments");
    }

    @Test
    void options_are_read_and_set_on_all_nodes() {
        RespConnection client = clusterOfTwo();
        assertThat(say(client, "CONFIG SET set-max-intset-entries 77")).isEqualTo("OK");
        assertThat(texts(call(client, "CONFIG GET set-max-intset-entries slowlog_len")))
                .containsExactly("slowlog_len", "1024", "set-max-intset-entries", "77");
        try (RespConnection direct = high.connect()) {
            assertThat(texts(call(direct, "CONFIG GET set-max-intset-entries"))).contains("77");
            call(direct, "CONFIG SET set-max-intset-entries 78");
        }
        assertThat(texts(call(client, "CONFIG GET set-max-intset-entries")).get(1))
                .contains(low.address() + "=77", high.address() + "=78");
        assertThat(say(client, "CONFIG SET nosuch 1"))
                .startsWith("ERR 2 of 2 nodes refused: ")
                .contains(low.address() + ": ERR ", high.address() + ": ERR ");
        assertThat(say(client, "CONFIG SET slowlog_len 1")).startsWith("NOPERM ");
        assertThat(say(client, "CONFIG SET set-max-intset-entries 1 slowlog_sample_rate 1"))
                .startsWith("NOPERM ");
        assertThat(texts(call(client, "CONFIG GET *"))).doesNotContain("requirepass", "masterauth");
        for (String option :
                List.of("dir", "dbfilename", "replicaof", "masterauth", "requirepass", "UNIXSOCKET", "tls-port")) {
            assertThat(say(client, "CONFIG SET " + option + " x"))
                    .as(option)
                    .startsWith("ERR CONFIG SET failed (possibly related to argument '")
                    .contains("immutable", "is not changed through the proxy");
        }
    }

    @Test
    void each_node_answers_for_itself() {
        RespConnection client = clusterOfTwo();
        assertThat(texts(call(client, "LATENCY DOCTOR"))).hasSize(4).contains(low.address(), high.address());
        assertThat(say(client, "MEMORY PURGE")).isEqualTo("OK");
        assertThat(say(client, "CONFIG RESETSTAT")).isEqualTo("OK");
        assertThat(texts(call(client, "DEBUG HTSTATS 0"))).contains(low.address(), high.address());
        assertThat(texts(call(client, "SLOWLOG GET 1 NODES"))).hasSize(4);
        boolean takesSections = low.accepts("INFO", "server", "keyspace");
        assertThat(say(client, takesSections ? "INFO NODES server keyspace" : "INFO NODES server"))
                .contains(
                        "# Node " + low.address() + "\r\n# Server\r\n",
                        "# Node " + high.address() + "\r\n# Server\r\n");
        assertThat(say(client, "INFO server")).doesNotContain("# Node");
    }

    @Test
    void options_of_the_proxy_and_of_the_nodes_are_set_together_or_not_at_all() {
        low.assumeAccepts("CONFIG", "SET", "set-max-intset-entries", "512", "list-compress-depth", "0");
        RespConnection client = clusterOfTwo();
        assertThat(say(client, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        assertThat(say(client, "CONFIG SET slowlog-max-len 5 set-max-intset-entries 55 list-compress-depth 6"))
                .isEqualTo("OK");
        assertThat(texts(call(client, "CONFIG GET slowlog-max-len *-max-intset-entries *-compress-depth")))
                .containsSubsequence(
                        "slowlog-max-len", "5", "list-compress-depth", "6", "set-max-intset-entries", "55");
        assertThat(say(client, "CONFIG SET slowlog-max-len 7 set-max-intset-entries x"))
                .startsWith("ERR 2 of 2 nodes refused: ");
        assertThat(say(client, "CONFIG SET set-max-intset-entries 7 slowlog-max-len x"))
                .isEqualTo("ERR CONFIG SET failed (possibly related to argument 'slowlog-max-len')"
                        + " - argument couldn't be parsed into an integer");
        assertThat(texts(call(client, "CONFIG GET slowlog-max-len set-max-intset-entries")))
                .containsExactly("slowlog-max-len", "5", "set-max-intset-entries", "55");
    }

    @Test
    void latencies_of_all_nodes_are_told_as_one_node_tells_them() {
        RespConnection client = clusterOfTwo();
        assertThat(say(client, "CONFIG SET latency-monitor-threshold 50")).isEqualTo("OK");
        for (RedisServerProcess node : List.of(low, high)) {
            try (RespConnection direct = node.connect()) {
                call(direct, "LATENCY RESET");
                call(direct, "DEBUG SLEEP 0.06");
            }
        }
        List<RespValue> events = ((RespValue.Array) call(client, "LATENCY LATEST")).items();
        assertThat(events).hasSize(1);
        assertThat(texts(events.get(0))).hasSize(4).startsWith("command");
        assertThat(((RespValue.Array) call(client, "LATENCY HISTORY command")).items())
                .hasSize(2);
        assertThat(say(client, "LATENCY RESET")).isEqualTo("2");
        assertThat(call(client, "LATENCY LATEST")).isEqualTo(new RespValue.Array(List.of()));
        assertThat(say(client, "CONFIG SET latency-monitor-threshold 0")).isEqualTo("OK");
    }

    @Test
    void what_is_about_a_key_is_answered_by_its_master() {
        RespConnection client = clusterOfTwo();
        for (String key : List.of("a", "b")) {
            assertThat(say(client, "PFADD " + key + " 1 2")).isEqualTo("1");
            assertThat(say(client, "DEBUG OBJECT " + key)).startsWith("Value at:");
            assertThat(say(client, "PFDEBUG ENCODING " + key)).isEqualTo("sparse");
        }
        assertThat(say(client, "DEBUG OBJECT none")).isEqualTo("ERR no such key");
        assertThat(say(client, "DEBUG SET-ACTIVE-EXPIRE 1")).isEqualTo("OK");
        assertThat(say(client, "DEBUG PROTOCOL integer")).isEqualTo("12345");
    }

    @Test
    void what_could_harm_a_node_stays_refused() {
        RespConnection client = clusterOfTwo();
        for (String command : List.of("DEBUG SEGFAULT", "DEBUG sleep 10", "DEBUG RELOAD", "DEBUG POPULATE 10")) {
            assertThat(say(client, command)).as(command).contains("is not passed on to the nodes");
        }
        for (String command :
                List.of("SHUTDOWN", "REPLICAOF NO ONE", "SAVE", "BGSAVE", "MODULE UNLOAD m", "CONFIG REWRITE")) {
            assertThat(say(client, command))
                    .as(command)
                    .startsWith("ERR command ")
                    .contains("is not allowed through the proxy");
        }
        assertThat(say(client, "AUTH undermoon-control c0ntrol")).isEqualTo("OK");
        assertThat(say(client, "UMCTL ADMIN SHUTDOWN")).contains("is not passed on to the nodes");
        assertThat(texts(call(client, "UMCTL ADMIN MEMORY DOCTOR"))).hasSize(2).contains(low.address());
        assertThat(call(client, "UMCTL ADMIN CONFIG GET *").toString())
                .contains("maxmemory")
                .doesNotContain("requirepass", "masterauth");
        assertThat(say(client, "PING")).isEqualTo("PONG");
    }

    @Test
    void a_node_that_is_down_is_told_of() {
        try (RedisServerProcess lost = RedisServerProcess.start()) {
            int port = proxy("backend_admin_commands", "true");
            RespConnection client = client(port);
            call(
                    client,
                    "UMCTL SETCLUSTER v2 1 NOFLAG demo " + low.address() + " 1 0-8000 " + lost.address()
                            + " 1 8001-16383");
            lost.kill();
            assertThat(say(client, "CONFIG SET set-max-intset-entries 99"))
                    .startsWith("ERR 1 of 2 nodes refused: " + lost.address() + ": ");
        }
    }
}
