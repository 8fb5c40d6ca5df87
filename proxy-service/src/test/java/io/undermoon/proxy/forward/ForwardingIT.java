package io.undermoon.proxy.forward;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.SAME_THREAD)
class ForwardingIT {
    private static final ProxyAddress ELSEWHERE = new ProxyAddress("10.1.2.3:5299");

    private static RedisServerProcess low;
    private static RedisServerProcess high;

    @BeforeAll
    static void startRedis() {
        low = RedisServerProcess.start();
        high = RedisServerProcess.start();
    }

    @AfterAll
    static void stopRedis() {
        low.close();
        high.close();
    }

    @BeforeEach
    void flush() {
        for (RedisServerProcess redis : List.of(low, high)) {
            try (RespConnection connection = redis.connect()) {
                connection.call("FLUSHALL");
            }
        }
    }

    @Test
    void replies_pass_through_byte_for_byte() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port());
                RespConnection direct = low.connect()) {
            proxy.serveAllFrom(low.port());
            List<List<String>> commands = List.of(
                    List.of("SET", "k", "v"),
                    List.of("GET", "k"),
                    List.of("GET", "none"),
                    List.of("LPUSH", "k", "x"),
                    List.of("RPUSH", "list", "a", "b", ""),
                    List.of("LRANGE", "list", "0", "-1"),
                    List.of("HSET", "h", "f", "1"),
                    List.of("HGETALL", "h"),
                    List.of("INCR", "n"),
                    List.of("MSET", "{t}a", "1", "{t}b", "2"),
                    List.of("MGET", "{t}a", "{t}c", "{t}b"),
                    List.of("EVAL", "return {KEYS[1], false, {1, 2}}", "1", "k"),
                    List.of("EXISTS", "{t}a", "{t}b", "{t}c"),
                    List.of("DEL", "{t}a", "{t}b"),
                    List.of("SET", "k", "v", "NX"),
                    List.of("SET", "k", "v", "BAD"));
            for (List<String> command : commands) {
                String[] arguments = command.toArray(String[]::new);
                RespValue viaProxy = client.call(arguments);
                if (command.get(0).matches("GET|MGET|LRANGE|HGETALL|EVAL") || viaProxy instanceof RespValue.Failure) {
                    assertThat(viaProxy).as("%s", command).isEqualTo(direct.call(arguments));
                }
            }
            assertThat(text(client.call("GET", "n"))).isEqualTo("1");
        }
    }

    @Test
    void slots_lead_to_their_node_to_a_redirect_or_to_an_error() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            assertThat(text(client.call("GET", "foo"))).startsWith("CLUSTERDOWN");
            proxy.serve(
                    Map.of(low.port(), SlotRanges.of(0, 5000), high.port(), SlotRanges.of(5001, 12000)),
                    Map.of(ELSEWHERE, SlotRanges.of(12001, 15000)));
            assertThat(Slot.of("foo")).isEqualTo(12182);
            assertThat(text(client.call("GET", "foo"))).isEqualTo("MOVED 12182 10.1.2.3:5299");
            assertThat(text(client.call("GET", "a"))).isEqualTo("CLUSTERDOWN Hash slot not served");
            assertThat(text(client.call("MGET", "foo", "b"))).startsWith("CROSSSLOT ");
            assertThat(text(client.call("SET", "b", "low"))).isEqualTo("OK");
            String highKey = keyIn(5001, 12000);
            assertThat(text(client.call("SET", highKey, "high"))).isEqualTo("OK");
            try (RespConnection lowDirect = low.connect();
                    RespConnection highDirect = high.connect()) {
                assertThat(text(lowDirect.call("GET", "b"))).isEqualTo("low");
                assertThat(text(highDirect.call("GET", highKey))).isEqualTo("high");
            }
            assertThat(proxy.stats().get(Counter.MOVED)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_proxy_that_has_left_its_cluster_sends_clients_to_those_that_were_its_peers(boolean activeRedirection) {
        UnaryOperator<SessionSettings> settings = activeRedirection ? TwoMasters.active() : UnaryOperator.identity();
        try (ProxyHarness proxy = ProxyHarness.start(1, settings);
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serve(Map.of(low.port(), SlotRanges.of(0, 5000)), Map.of(ELSEWHERE, SlotRanges.of(5001, 16383)));
            assertThat(text(client.call("UMCTL", "SETCLUSTER", "v2", "100", "NOFLAG", "")))
                    .isEqualTo("OK");
            assertThat(text(client.call("GET", "foo"))).isEqualTo("MOVED 12182 10.1.2.3:5299");
            assertThat(Slot.of("b")).isEqualTo(3300);
            assertThat(text(client.call("GET", "b"))).as("was its own").startsWith("CLUSTERDOWN");
            assertThat(text(client.call("DBSIZE"))).startsWith("CLUSTERDOWN");
            assertThat(text(client.call("CLUSTER", "SLOTS"))).startsWith("CLUSTERDOWN");
            assertThat(text(client.call("CLUSTER", "SHARDS"))).startsWith("CLUSTERDOWN");
        }
    }

    @Test
    void a_pipeline_of_ten_thousand_is_answered_in_order_whatever_answers() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serve(
                    Map.of(low.port(), SlotRanges.of(0, 8000), high.port(), SlotRanges.of(8001, 12000)),
                    Map.of(ELSEWHERE, SlotRanges.of(12001, 16383)));
            SplittableRandom random = new SplittableRandom(42);
            int count = 10_000;
            int[] kinds = random.ints(count, 0, 5).toArray();
            ByteBuf pipeline = Unpooled.buffer();
            String lowKey = keyIn(0, 8000);
            String highKey = keyIn(8001, 12000);
            for (int i = 0; i < count; i++) {
                RespWriter.command(
                        pipeline,
                        switch (kinds[i]) {
                            case 0 -> List.of("ECHO", "local" + i);
                            case 1 -> List.of("INCR", lowKey);
                            case 2 -> List.of("INCR", highKey);
                            case 3 -> List.of("GET", "foo");
                            default -> List.of("NOSUCH");
                        });
            }
            Thread sender = new Thread(() -> client.sendBytes(pipeline));
            sender.start();
            long lowCount = 0;
            long highCount = 0;
            for (int i = 0; i < count; i++) {
                RespValue reply = client.receive();
                switch (kinds[i]) {
                    case 0 -> assertThat(text(reply)).isEqualTo("local" + i);
                    case 1 -> assertThat(text(reply)).isEqualTo(Long.toString(++lowCount));
                    case 2 -> assertThat(text(reply)).isEqualTo(Long.toString(++highCount));
                    case 3 -> assertThat(text(reply)).startsWith("MOVED 12182");
                    default -> assertThat(text(reply)).startsWith("ERR unknown command");
                }
            }
        }
    }

    @Test
    void order_holds_while_the_metadata_is_swapped() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            AtomicBoolean stop = new AtomicBoolean();
            AtomicReference<Throwable> problem = new AtomicReference<>();
            Thread swapper = new Thread(() -> {
                try {
                    for (int i = 0; !stop.get(); i++) {
                        proxy.serve(
                                Map.of(low.port(), SlotRanges.of(0, 16383 - i % 2 * 4000)),
                                Map.of(ELSEWHERE, i % 2 == 0 ? SlotRanges.NONE : SlotRanges.of(12384, 16383)));
                    }
                } catch (Throwable e) {
                    problem.set(e);
                }
            });
            swapper.start();
            long expected = 0;
            for (int round = 0; round < 50; round++) {
                ByteBuf pipeline = Unpooled.buffer();
                for (int i = 0; i < 100; i++) {
                    RespWriter.command(pipeline, List.of("INCR", "b"));
                    RespWriter.command(pipeline, List.of("SET", "a", "x"));
                }
                client.sendBytes(pipeline);
                for (int i = 0; i < 100; i++) {
                    assertThat(text(client.receive())).isEqualTo(Long.toString(++expected));
                    assertThat(text(client.receive())).matches("OK|MOVED 15495 10.1.2.3:5299");
                }
            }
            stop.set(true);
            await().until(() -> !swapper.isAlive());
            assertThat(problem).hasNullValue();
        }
    }

    @Test
    void large_values_pass_in_both_directions_and_pieces() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            for (int size : new int[] {16 * 1024 - 1, 16 * 1024, 1 << 20, 20 << 20}) {
                client.send("SET", "big", "x".repeat(size));
                client.send("ECHO", "after");
                client.send("STRLEN", "big");
                client.send("INCR", "count");
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("after");
                assertThat(text(client.receive())).isEqualTo(Integer.toString(size));
                client.receive();
            }
            client.send("GETRANGE", "big", "0", Integer.toString((4 << 20) - 1));
            client.send("ECHO", "after");
            assertThat(text(client.receive())).hasSize(4 << 20);
            assertThat(text(client.receive())).isEqualTo("after");
        }
    }

    @Test
    void commands_in_flight_when_a_node_dies_fail_once_and_later_ones_work_again() {
        try (RedisServerProcess mortal = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(mortal.port());
            assertThat(text(client.call("SET", "k", "1"))).isEqualTo("OK");
            mortal.freeze();
            client.send("INCR", "k");
            await().until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 1);
            mortal.kill();
            assertThat(text(client.receive()))
                    .startsWith("ERR connection to node")
                    .contains("may have been executed");
            await().untilAsserted(() -> assertThat(text(client.call("GET", "k")))
                    .startsWith("CLUSTERDOWN node")
                    .contains("nothing was executed"));
            mortal.restart();
            await().untilAsserted(
                            () -> assertThat(text(client.call("SET", "k", "2"))).isEqualTo("OK"));
            assertThat(proxy.stats().get(Counter.IN_FLIGHT)).isZero();
        }
    }

    @Test
    void a_protocol_error_is_answered_after_the_replies_before_it() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            client.sendBytes(bytes("*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n*1\r\n!oops\r\n"));
            assertThat(text(client.receive())).isEqualTo("1");
            assertThat(text(client.receive())).isEqualTo("ERR Protocol error: expected '$', got '!'");
            assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void quit_is_answered_after_the_replies_before_it_and_closes() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            client.send("INCR", "k");
            client.send("QUIT");
            client.send("INCR", "k");
            assertThat(text(client.receive())).isEqualTo("1");
            assertThat(text(client.receive())).isEqualTo("OK");
            assertThatThrownBy(client::receive).isInstanceOf(UncheckedIOException.class);
            try (RespConnection direct = low.connect()) {
                assertThat(text(direct.call("GET", "k"))).isEqualTo("1");
            }
        }
    }

    @Test
    void a_client_that_leaves_with_commands_in_flight_harms_nobody() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection other = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            for (int i = 0; i < 50; i++) {
                try (RespConnection client = RespConnection.to(proxy.port())) {
                    for (int j = 0; j < 20; j++) {
                        client.send("INCR", "left");
                    }
                }
                assertThat(text(other.call("ECHO", "x"))).isEqualTo("x");
                assertThat(text(other.call("INCR", "mine"))).isEqualTo(Integer.toString(i + 1));
            }
            await().until(() -> proxy.stats().get(Counter.CONNECTIONS_OPEN) == 1);
            assertThat(proxy.stats().get(Counter.IN_FLIGHT)).isZero();
        }
    }

    @Test
    void a_client_that_does_not_read_is_not_read_from() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection lazy = RespConnection.to(proxy.port());
                RespConnection other = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(low.port());
            other.call("SET", "big", "x".repeat(1 << 20));
            int count = 200;
            for (int i = 0; i < count; i++) {
                lazy.send("GET", "big");
            }
            await().untilAsserted(
                            () -> assertThat(text(other.call("ECHO", "alive"))).isEqualTo("alive"));
            assertThat(proxy.stats().get(Counter.CLIENT_BYTES_OUT)).isLessThan((long) count << 20);
            for (int i = 0; i < count; i++) {
                assertThat(text(lazy.receive())).hasSize(1 << 20);
            }
        }
    }

    @Test
    void active_redirection_has_the_owner_carry_the_command_out() {
        UnaryOperator<SessionSettings> active =
                settings -> new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), false, "", 0);
        try (ProxyHarness first = ProxyHarness.start(1, active);
                ProxyHarness second = ProxyHarness.start(1, active);
                RespConnection client = RespConnection.to(first.port())) {
            first.serve(
                    Map.of(low.port(), SlotRanges.of(0, 8000)), Map.of(second.address(), SlotRanges.of(8001, 16383)));
            second.serve(
                    Map.of(high.port(), SlotRanges.of(8001, 16383)), Map.of(first.address(), SlotRanges.of(0, 8000)));
            for (int i = 0; i < 500; i++) {
                client.send("SET", "key" + i, "value" + i);
                client.send("GET", "key" + i);
            }
            for (int i = 0; i < 500; i++) {
                assertThat(text(client.receive())).isEqualTo("OK");
                assertThat(text(client.receive())).isEqualTo("value" + i);
            }
            assertThat(first.stats().get(Counter.FORWARDED_TO_PEER)).isPositive();

            second.serve(Map.of(high.port(), SlotRanges.NONE), Map.of(first.address(), SlotRanges.ALL));
            String highKey = keyIn(8001, 16383);
            assertThat(text(client.call("GET", highKey))).isEqualTo("ERR_TOO_MANY_REDIRECTIONS");
        }
    }

    @Test
    void a_replica_serves_reads_of_those_who_accept_them_while_it_is_up_to_date() {
        try (ProxyHarness proxy = ProxyHarness.start();
                RespConnection direct = low.connect();
                RespConnection client = RespConnection.to(proxy.port())) {
            direct.call("SET", "foo", "copy");
            proxy.replicate(low.port(), ELSEWHERE);
            String moved = "MOVED 12182 10.1.2.3:5299";
            assertThat(text(client.call("GET", "foo"))).isEqualTo(moved);
            client.call("READONLY");
            assertThat(text(client.call("GET", "foo"))).isEqualTo("copy");
            assertThat(text(client.call("SET", "foo", "x"))).isEqualTo(moved);
            proxy.replicasReadable(false);
            assertThat(text(client.call("GET", "foo"))).isEqualTo(moved);
        }
    }

    @Test
    void several_loops_and_the_portable_transport_serve_alike() {
        for (Transport transport : Transport.values()) {
            try (ProxyHarness proxy = new ProxyHarness(FreePort.any(), 3, transport, UnaryOperator.identity())) {
                proxy.serveAllFrom(low.port());
                for (int i = 0; i < 12; i++) {
                    try (RespConnection client = RespConnection.to(proxy.port())) {
                        assertThat(text(client.call("SET", "k" + i, transport.name())))
                                .isEqualTo("OK");
                        assertThat(text(client.call("GET", "k" + i))).isEqualTo(transport.name());
                    }
                }
            }
        }
    }

    @Test
    void a_port_in_use_is_refused_by_name() {
        try (ProxyHarness proxy = ProxyHarness.start()) {
            assertThatThrownBy(() -> new ProxyHarness(proxy.port(), 1, Transport.best(), UnaryOperator.identity()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + proxy.port());
        }
    }

    private static String keyIn(int first, int last) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("key" + i);
            if (first <= slot && slot <= last) {
                return "key" + i;
            }
        }
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
