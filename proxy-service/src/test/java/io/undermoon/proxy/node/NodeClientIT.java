package io.undermoon.proxy.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeClientIT {
    private static final int LIMIT_SECONDS = 20;

    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final NodeConnections connections = new NodeConnections(
            new ProxyLoop(
                    (EventLoop) group.next(),
                    Transport.best(),
                    new BackendSettings(1000, 3000, 1 << 20, 4, BackendSettings.Login.NONE, BackendSettings.Login.NONE),
                    new LoopStats(1)),
            Access.PROXY);
    private final Endpoints endpoints = new Endpoints();
    private final NodeClient client = new NodeClient(connections);

    @AfterEach
    void stop() {
        connections.loop().eventLoop().submit(connections::close).awaitUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static NodeException problem(CompletionStage<?> stage) {
        return NodeException.of(catchThrowable(() -> get(stage)));
    }

    @Test
    void speaks_both_protocols_with_redis() {
        try (RedisServerProcess redis = RedisServerProcess.start()) {
            Endpoint node = endpoints.redis(redis.address());

            assertThat(get(client.call(node, "HSET", "h", "f", "v"))).isEqualTo(new RespValue.Int(1));
            assertThat(get(client.ask(node, Protocol.RESP2, List.of("HGETALL", "h"))))
                    .isInstanceOf(RespValue.Array.class);
            assertThat(get(client.ask(node, Protocol.RESP3, List.of("HGETALL", "h"))))
                    .isInstanceOf(RespValue.Dictionary.class);
            assertThat(get(client.info(node, "server")).majorVersion()).isGreaterThanOrEqualTo(6);
            assertThat(get(client.state(node)).role()).isEqualTo(Role.MASTER);
        }
    }

    @Test
    void sends_commands_in_order_and_answers_on_the_loop() {
        try (RedisServerProcess redis = RedisServerProcess.start()) {
            Endpoint node = endpoints.redis(redis.address());
            client.call(node, "SET", "n", "5");
            client.call(node, "INCR", "n");

            EventLoop loop = connections.loop().eventLoop();
            // Sent on the loop, so that the reply cannot arrive before the next stage is there.
            Future<CompletionStage<Boolean>> sent = loop.submit(() -> client.call(node, "GET", "n")
                    .thenApply(value -> value.equals(new RespValue.Bulk("6")) && loop.inEventLoop()));

            assertThat(get(sent.syncUninterruptibly().getNow())).isTrue();
        }
    }

    @Test
    void an_error_reply_fails_a_call_and_is_the_value_of_a_question() {
        try (ScriptedRedis redis = new ScriptedRedis(command -> new RespValue.Failure("NOPERM no"))) {
            Endpoint node = endpoints.redis(redis.address());

            NodeException problem = problem(client.call(node, "INFO"));

            assertThat(problem.isErrorReply()).isTrue();
            assertThat(problem.text()).isEqualTo("NOPERM no");
            assertThat(problem.errorText()).isEqualTo("NOPERM no");
            assertThat(problem).hasMessage("answer of " + redis.address() + " to INFO: NOPERM no");
            assertThat(get(client.ask(node, Protocol.RESP2, List.of("INFO"))))
                    .isEqualTo(new RespValue.Failure("NOPERM no"));
        }
    }

    @Test
    void a_node_that_cannot_be_reached_is_told_from_one_that_refuses() {
        NodeException problem = problem(client.call(endpoints.redis("127.0.0.1:1"), "PING"));

        assertThat(problem.isErrorReply()).isFalse();
        assertThat(problem.errorText()).startsWith("CLUSTERDOWN node 127.0.0.1:1 cannot be reached");
    }

    @Test
    void a_server_without_the_persistence_section_is_not_loading() {
        try (ScriptedRedis redis = new ScriptedRedis(command ->
                command.contains("replication") ? new RespValue.Bulk("role:slave") : new RespValue.Failure("ERR no"))) {
            InfoReport state = get(client.state(endpoints.redis(redis.address())));

            assertThat(state.role()).isEqualTo(Role.REPLICA);
            assertThat(state.loading()).isFalse();
        }
    }

    @Test
    void a_state_without_a_role_is_an_invalid_reply() {
        try (ScriptedRedis redis = new ScriptedRedis(command -> new RespValue.Bulk("loading:0"))) {
            NodeException problem = problem(client.state(endpoints.redis(redis.address())));

            assertThat(problem.isErrorReply()).isFalse();
            assertThat(problem.text()).isEqualTo("no role in the reply to INFO replication");
        }
    }
}
