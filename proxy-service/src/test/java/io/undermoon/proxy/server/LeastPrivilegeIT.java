package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Redis nodes whose only user has no more rights than the documentation names. */
class LeastPrivilegeIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path DOCUMENT = Path.of("..", "docs", "security.md");
    private static final String DOCUMENTED = "user proxy on >password ~* &* +@all -@dangerous ";

    private final String[] user = users();

    private static String[] users() {
        try {
            String line = Files.readAllLines(DOCUMENT).stream()
                    .filter(each -> each.startsWith(DOCUMENTED))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line '" + DOCUMENTED + "…' in " + DOCUMENT));
            List<String> arguments = new ArrayList<>(List.of("--user", "default", "off", "--user"));
            arguments.addAll(List.of(line.substring("user ".length()).split(" ")));
            return arguments.toArray(String[]::new);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void serves_clients_replicates_and_moves_slots() {
        int port = FreePort.any();
        int otherPort = FreePort.any();
        try (RedisServerProcess source = RedisServerProcess.start(user);
                RedisServerProcess destination = RedisServerProcess.start(user);
                RedisServerProcess replica = RedisServerProcess.start(user);
                ProxyServer proxy = proxy(port);
                ProxyServer other = proxy(otherPort)) {
            proxy.start();
            other.start();
            try (RespConnection client = RespConnection.to(port);
                    RespConnection second = RespConnection.to(port);
                    RespConnection peer = RespConnection.to(otherPort)) {
                ok(client, "UMCTL SETCLUSTER v2 1 NOFLAG demo " + source.address() + " 1 0-16383");
                ok(
                        peer,
                        "UMCTL SETREPL 1 NOFLAG master demo " + destination.address() + " 1 " + replica.address()
                                + " 127.0.0.1:" + otherPort + " replica demo " + replica.address() + " 1 "
                                + destination.address() + " 127.0.0.1:" + otherPort);
                await("the replica follows")
                        .atMost(LIMIT)
                        .until(() -> other.nodes().size() == 2
                                && other.nodes().stream().allMatch(node -> node.isSettled()));
                try (RespConnection node = destination.connect()) {
                    ok(node, "AUTH proxy password");
                    assertThat(text(call(node, "CLIENT LIST"))).contains("user=undermoon-replica");
                }
                serves(port, client, second);

                String meta = " 1 0-16383 2 127.0.0.1:" + port + " " + source.address() + " 127.0.0.1:" + otherPort
                        + " " + destination.address();
                ok(
                        peer,
                        "UMCTL SETCLUSTER v2 2 NOFLAG demo " + destination.address() + " IMPORTING" + meta
                                + " PEER 127.0.0.1:" + port + " MIGRATING" + meta);
                ok(
                        client,
                        "UMCTL SETCLUSTER v2 2 NOFLAG demo " + source.address() + " MIGRATING" + meta
                                + " PEER 127.0.0.1:" + otherPort + " IMPORTING" + meta);
                await("the slots are switched")
                        .atMost(LIMIT)
                        .until(() -> ((RespValue.Array) call(client, "UMCTL INFOMGR"))
                                        .items()
                                        .size()
                                == 1);
                assertThat(text(call(peer, "GET k"))).isEqualTo("v");
                ok(client, "UMCTL SETCLUSTER v2 3 NOFLAG demo PEER 127.0.0.1:" + otherPort + " 1 0-16383");
                ok(peer, "UMCTL SETCLUSTER v2 3 NOFLAG demo " + destination.address() + " 1 0-16383");
                for (RedisServerProcess node : List.of(destination, replica)) {
                    await("the connections of both proxies are known by their names")
                            .atMost(LIMIT)
                            .until(() -> other.foreignClients()
                                            .count(new NodeAddress(node.address()))
                                            .orElse(-1)
                                    == 0);
                }
                assertThat(proxy.stats().get(Counter.UNRESTRICTED_LOGINS)).isZero();
                assertThat(other.stats().get(Counter.UNRESTRICTED_LOGINS)).isZero();
            }
        }
    }

    private static void serves(int port, RespConnection client, RespConnection second) {
        ok(client, "SET k v");
        ok(client, "WATCH k");
        ok(client, "UNWATCH");
        assertThat(text(call(client, "DBSIZE"))).isEqualTo("1");
        assertThat(text(client.call("EVAL", "return redis.call('get', KEYS[1])", "1", "k")))
                .isEqualTo("v");
        assertThat(text(client.call("EVAL", "return 7", "0"))).isEqualTo("7");
        assertThat(text(call(client, "SCRIPT KILL"))).startsWith("NOTBUSY");
        assertThat(text(call(client, "CLUSTER COUNTKEYSINSLOT 7629"))).isEqualTo("1");
        assertThat(text(call(client, "INFO memory"))).contains("used_memory:");
        assertThat(call(second, "SUBSCRIBE c")).isInstanceOf(RespValue.Array.class);
        assertThat(text(call(client, "PUBLISH c m"))).isEqualTo("1");
        try (RespConnection blocked = RespConnection.to(port)) {
            String id = text(call(blocked, "CLIENT ID"));
            blocked.send("BLPOP", "list", "0");
            await().atMost(LIMIT)
                    .until(() -> text(call(client, "CLIENT UNBLOCK " + id)).equals("1"));
            assertThat(blocked.receive()).isEqualTo(RespValue.Null.ARRAY);
        }
    }

    private static ProxyServer proxy(int port) {
        return new ProxyServer(
                Configs.onOnePort(
                        "address", "127.0.0.1:" + port,
                        "thread_number", "1",
                        "replication_check_interval", "100ms",
                        "node_clients_interval", "100ms",
                        "redis_user", "proxy",
                        "redis_password", "password"),
                () -> {});
    }

    private static void ok(RespConnection client, String command) {
        assertThat(text(call(client, command))).as(command).isEqualTo("OK");
    }

    private static RespValue call(RespConnection client, String command) {
        return client.call(command.split(" "));
    }
}
