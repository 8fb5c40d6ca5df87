package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.testsupport.FreePort;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Clients that go round the proxy to its node. */
class ForeignClientsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final int port = FreePort.any();

    @Test
    void are_counted_and_named_and_the_connections_of_proxies_are_not() {
        Warnings warnings = new Warnings();
        try (RedisServerProcess node = RedisServerProcess.start();
                RedisServerProcess replica = RedisServerProcess.start();
                ProxyServer proxy = start(node, replica);
                RespConnection client = RespConnection.to(port);
                RespConnection subscriber = RespConnection.to(port);
                RespConnection waiter = RespConnection.to(port);
                RespConnection tracker = RespConnection.to(port)) {
            client.call("SET", "key", "1");
            client.call("WATCH", "key");
            client.call("EVAL", "return 7", "0");
            subscriber.call("SUBSCRIBE", "channel");
            tracker.call("HELLO", "3");
            tracker.call("CLIENT", "TRACKING", "ON");
            tracker.call("GET", "key");
            waiter.send("BLPOP", "list", "0");
            await().atMost(LIMIT).until(() -> count(proxy, node).orElse(-1) == 0);
            await().atMost(LIMIT).until(() -> count(proxy, replica).orElse(-1) == 0);

            try (RespConnection reader = node.connect();
                    RespConnection writer = node.connect()) {
                assertThat(text(reader.call("GET", "key"))).isEqualTo("1");
                await().atMost(LIMIT).until(() -> count(proxy, node).orElse(-1) == 2);
                assertThat(warnings.texts).isEmpty();
                writer.call("CLIENT", "SETNAME", "roundabout");
                writer.call("SET", "key", "2");
                await().atMost(LIMIT).until(() -> !warnings.texts.isEmpty());
                assertThat(warnings.texts)
                        .hasSize(1)
                        .first()
                        .asString()
                        .contains(node.address(), "roundabout", "default", "set");
                assertThat(count(proxy, replica)).hasValue(0);
            }
            await().atMost(LIMIT).until(() -> count(proxy, node).orElse(-1) == 0);
            // The same again within a minute is no news.
            try (RespConnection writer = node.connect()) {
                writer.call("SET", "key", "3");
                await().atMost(LIMIT).until(() -> count(proxy, node).orElse(-1) == 1);
            }
            assertThat(warnings.texts).hasSize(1);
        } finally {
            warnings.end();
        }
    }

    @Test
    void are_unknown_where_the_node_takes_no_names() {
        String[] user = {"--user", "default", "on", "nopass", "~*", "&*", "+@all", "-client", "+client|list"};
        try (RedisServerProcess node = RedisServerProcess.start(user);
                RedisServerProcess replica = RedisServerProcess.start();
                ProxyServer proxy = start(node, replica);
                RespConnection client = RespConnection.to(port)) {
            assertThat(text(client.call("SET", "key", "1"))).isEqualTo("OK");
            await().atMost(LIMIT).until(() -> count(proxy, replica).isPresent());
            assertThat(count(proxy, node)).isEmpty();
        }
    }

    private ProxyServer start(RedisServerProcess node, RedisServerProcess replica) {
        ProxyServer proxy = new ProxyServer(
                Configs.onOnePort(
                        "address",
                        "127.0.0.1:" + port,
                        "node_addresses",
                        node.address() + "," + replica.address(),
                        "thread_number",
                        "1",
                        "node_clients_interval",
                        "50ms"),
                () -> {});
        proxy.start();
        try (RespConnection control = RespConnection.to(port)) {
            String roles = "UMCTL SETREPL 1 NOFLAG master demo " + node.address() + " 1 " + replica.address()
                    + " 127.0.0.1:" + port + " replica demo " + replica.address() + " 1 " + node.address()
                    + " 127.0.0.1:" + port;
            assertThat(text(control.call(roles.split(" ")))).isEqualTo("OK");
            String slots = "UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address() + " 1 0-16383";
            assertThat(text(control.call(slots.split(" ")))).isEqualTo("OK");
        }
        await().atMost(LIMIT)
                .until(() ->
                        proxy.nodes().size() == 2 && proxy.nodes().stream().allMatch(status -> status.isSettled()));
        return proxy;
    }

    private static OptionalInt count(ProxyServer proxy, RedisServerProcess node) {
        return proxy.foreignClients().count(new NodeAddress(node.address()));
    }

    /** Keeps what is logged about such clients. */
    private static final class Warnings extends Handler {
        final List<String> texts = new CopyOnWriteArrayList<>();

        Warnings() {
            Logger.getLogger("").addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            if (record.getMessage() != null && record.getMessage().startsWith("A client writes to a node")) {
                texts.add(record.getMessage() + Arrays.toString(record.getParameters()));
            }
        }

        void end() {
            Logger.getLogger("").removeHandler(this);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
