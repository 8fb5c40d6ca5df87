package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProxyServerIT {
    private static final RespValue OK = new RespValue.Simple("OK");

    private static ProxyServer server(int port, RedisServerProcess redis, Runnable shutdown, String... more) {
        String[] values = new String[4 + more.length];
        System.arraycopy(more, 0, values, 4, more.length);
        values[0] = "address";
        values[1] = "127.0.0.1:" + port;
        values[2] = "thread_number";
        values[3] = "1";
        ProxyServer server = new ProxyServer(Configs.onOnePort(values), shutdown);
        server.start();
        try (RespConnection client = RespConnection.to(port)) {
            assertThat(client.call("UMCTL", "SETCLUSTER", "v2", "1", "NOFLAG", "demo", redis.address(), "1", "0-16383"))
                    .isEqualTo(OK);
        }
        return server;
    }

    @Test
    void gives_clients_the_replies_they_wait_for_before_it_ends() throws Exception {
        int port = FreePort.any();
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyServer server = server(port, redis, () -> {});
                RespConnection client = RespConnection.to(port);
                RespConnection direct = redis.connect()) {
            assertThat(client.call("SET", "{k}1", "v")).isEqualTo(OK);
            assertThat(direct.call("CLIENT", "PAUSE", "700", "ALL")).isEqualTo(OK);
            client.send("GET", "{k}1");
            CompletableFuture<RespValue> reply = CompletableFuture.supplyAsync(client::receive);
            await().until(() -> server.stats().get(Counter.IN_FLIGHT) > 0);

            server.close();

            assertThat(reply.get(5, TimeUnit.SECONDS)).isEqualTo(new RespValue.Bulk("v"));
            assertThatThrownBy(() -> RespConnection.to(port)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void disconnects_idle_clients_only_when_told_to() {
        int port = FreePort.any();
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyServer server = server(port, redis, () -> {}, "session_timeout", "200");
                RespConnection client = RespConnection.to(port)) {
            assertThat(client.call("BLPOP", "nothing", "1"))
                    .as("a client that waits is not idle")
                    .isEqualTo(RespValue.Null.ARRAY);

            assertThatThrownBy(client::receive)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("closed");
            assertThat(server.nodes()).isEmpty();
        }
    }

    @Test
    void says_which_port_is_taken() {
        int port = FreePort.any();
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyServer first = server(port, redis, () -> {});
                ProxyServer second = new ProxyServer(Configs.onOnePort("address", "127.0.0.1:" + port), () -> {})) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
            assertThat(first.areOwnNodesUp()).isTrue();
        }
    }

    @Test
    void ends_when_a_coordinator_says_so() throws Exception {
        int port = FreePort.any();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyServer server = server(port, redis, () -> ended.complete(null));
                RespConnection client = RespConnection.to(port)) {
            assertThat(client.call("UMCTL", "SHUTDOWN")).isEqualTo(OK);
            ended.get(5, TimeUnit.SECONDS);
            assertThat(server.topology().current().epoch().value()).isEqualTo(1);
        }
    }
}
