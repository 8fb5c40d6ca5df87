package io.undermoon.proxy.gather;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that execute a script without end, a slow command, or nothing any more. */
class BusyNodeIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String BUSY = "BUSY ";
    /** The name that versions before 7.0 know, too. */
    private static final String BUSY_LIMIT = "lua-time-limit";

    /** In slots of the second and of the first master. */
    private static final List<String> KEYS = List.of("a", "b");

    private static final String ENDLESS = "while true do end";
    private static final String ENDLESS_FUNCTION =
            "#!lua name=l\nredis.register_function('f', function() while true do end end)";

    @ParameterizedTest
    @EnumSource
    void a_script_without_end_is_killed_wherever_it_runs(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            soonBusy(cluster);
            assertThat(text(client.call("SCRIPT", "KILL"))).isEqualTo("NOTBUSY No scripts in execution right now.");
            for (String key : KEYS) {
                try (RespConnection victim = cluster.connect()) {
                    victim.send("EVAL", ENDLESS, "1", key);
                    awaitBusy(cluster);
                    assertThat(text(client.call("SCRIPT", "KILL"))).isEqualTo("OK");
                    assertThat(text(victim.receive())).contains("Script killed by user with SCRIPT KILL");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_function_without_end_is_killed_wherever_it_runs(Layout layout) {
        try (TwoMasters cluster = new TwoMasters(layout);
                RespConnection client = cluster.connect()) {
            cluster.low.assumeKnows("FUNCTION");
            soonBusy(cluster);
            client.call("FUNCTION", "LOAD", ENDLESS_FUNCTION);
            try (RespConnection victim = cluster.connect()) {
                victim.send("FCALL", "f", "1", "a");
                awaitBusy(cluster);
                assertThat(text(client.call("FUNCTION", "KILL"))).isEqualTo("OK");
                assertThat(text(victim.receive())).contains("Script killed by user");
            }
        }
    }

    @Test
    void a_script_that_has_written_cannot_be_killed() {
        try (TwoMasters cluster = new TwoMasters(Layout.ONE_PROXY);
                RespConnection victim = cluster.connect();
                RespConnection client = cluster.connect()) {
            soonBusy(cluster);
            victim.send("EVAL", "redis.call('set', KEYS[1], 'v') while true do end", "1", "a");
            awaitBusy(cluster);
            assertThat(text(client.call("SCRIPT", "KILL"))).startsWith("UNKILLABLE ");
            cluster.low.kill();
            cluster.high.kill();
        }
    }

    @Test
    void a_busy_node_is_waited_for_and_refuses_later_commands_itself() {
        try (RedisServerProcess redis = RedisServerProcess.startWithDebug("--" + BUSY_LIMIT, "100");
                ProxyHarness proxy = ProxyHarness.startWithTimeouts(200, 400);
                RespConnection script = RespConnection.to(proxy.port());
                RespConnection behind = RespConnection.to(proxy.port());
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            client.call("SET", "k", "v");
            script.send("EVAL", ENDLESS, "1", "k");
            behind.send("GET", "k");
            await().atMost(LIMIT).until(() -> proxy.stats().get(Counter.IN_FLIGHT) == 2);
            awaitBusy(redis);
            await().atMost(LIMIT).until(() -> {
                // What is sent before the proxy knows waits behind the script.
                try (RespConnection other = RespConnection.to(proxy.port())) {
                    other.send("GET", "k");
                    client.call("PING");
                    return other.hasArrived();
                }
            });
            assertThat(text(client.call("SET", "k", "w"))).startsWith(BUSY);
            CompletableFuture<Boolean> answered = pingBehindAll(proxy);
            // Longer than any limit for a node that says nothing.
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(text(client.call("SET", "k", "w"))).startsWith(BUSY);
                assertThat(System.nanoTime()).isGreaterThan(end);
            });
            assertThat(answered)
                    .as("commands before it are still to be executed")
                    .isNotDone();
            assertThat(text(client.call("SCRIPT", "KILL"))).isEqualTo("OK");
            assertThat(text(script.receive())).contains("SCRIPT KILL");
            assertThat(text(behind.receive())).isEqualTo("v");
            await().atMost(LIMIT).until(answered::isDone);
            assertThat(text(client.call("GET", "k"))).isEqualTo("v");
            assertThat(proxy.stats().get(Counter.BACKEND_TIMEOUTS)).isZero();
        }
    }

    @Test
    void a_slow_command_cuts_nobody() {
        try (RedisServerProcess redis = RedisServerProcess.startWithDebug("--" + BUSY_LIMIT, "100");
                ProxyHarness proxy = ProxyHarness.startWithTimeouts(200, 20_000);
                RespConnection direct = redis.connect();
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            client.call("SET", "k", "v");
            direct.send("DEBUG", "SLEEP", "1.5");
            client.send("GET", "k");
            assertThat(text(client.receive())).isEqualTo("v");
            assertThat(text(direct.receive())).isEqualTo("OK");
            assertThat(proxy.stats().get(Counter.BACKEND_TIMEOUTS)).isZero();
        }
    }

    @Test
    void a_node_that_hangs_is_given_up() {
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.startWithTimeouts(200, 1000);
                RespConnection client = RespConnection.to(proxy.port())) {
            proxy.serveAllFrom(redis.port());
            client.call("SET", "k", "v");
            redis.freeze();
            assertThat(text(client.call("GET", "k")))
                    .contains("no reply within 1000 ms", "the command may have been executed");
            redis.kill();
        }
    }

    /** What a slot move asks each connection for, to know that nothing is in flight; true for a reply. */
    private static CompletableFuture<Boolean> pingBehindAll(ProxyHarness proxy) {
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        NodeConnections connections = proxy.connections().get(0);
        Endpoint node = proxy.topology().current().endpoints().iterator().next();
        ReplyReceiver receiver = new ReplyReceiver() {
            @Override
            public void reply(ByteBuf in, int from, int to, boolean last) {
                answered.complete(true);
            }

            @Override
            public void fail(BackendFailure failure) {
                answered.complete(false);
            }
        };
        connections
                .loop()
                .execute(() -> connections.shared(node).sendBehindAll(CommandFrame.of(List.of("PING")), receiver));
        return answered;
    }

    private static void soonBusy(TwoMasters cluster) {
        for (RedisServerProcess node : List.of(cluster.low, cluster.high)) {
            try (RespConnection direct = node.connect()) {
                direct.call("CONFIG", "SET", BUSY_LIMIT, "100");
            }
        }
    }

    private static void awaitBusy(TwoMasters cluster) {
        await().atMost(LIMIT).until(() -> isBusy(cluster.low) || isBusy(cluster.high));
    }

    private static void awaitBusy(RedisServerProcess node) {
        await().atMost(LIMIT).until(() -> isBusy(node));
    }

    private static boolean isBusy(RedisServerProcess node) {
        try (RespConnection direct = node.connect()) {
            return text(direct.call("PING")).startsWith("BUSY ");
        }
    }
}
