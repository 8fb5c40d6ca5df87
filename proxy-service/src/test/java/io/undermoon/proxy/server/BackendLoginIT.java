package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Redis nodes that know nobody but a user of their own. */
class BackendLoginIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] ONE_USER = {
        "--user", "default", "off", "--user", "proxy", "on", ">s3cret", "~*", "&*", "+@all"
    };

    private static RespValue call(RespConnection client, String command) {
        return client.call(command.split(" "));
    }

    @Test
    void every_connection_to_the_nodes_logs_in_with_the_user() {
        int port = FreePort.any();
        String self = "127.0.0.1:" + port;
        try (RedisServerProcess master = RedisServerProcess.start(ONE_USER);
                RedisServerProcess replica = RedisServerProcess.start(ONE_USER);
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort(
                                "address", self,
                                "thread_number", "1",
                                "node_addresses", master.address() + "," + replica.address(),
                                "replication_check_interval", "100ms",
                                "redis_user", "proxy",
                                "redis_password", "s3cret"),
                        () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port);
                    RespConnection other = RespConnection.to(port)) {
                assertThat(text(call(
                                client,
                                "UMCTL SETREPL 1 NOFLAG master demo " + master.address() + " 1 " + replica.address()
                                        + " "
                                        + self + " replica demo " + replica.address() + " 1 " + master.address() + " "
                                        + self)))
                        .isEqualTo("OK");
                assertThat(text(call(client, "UMCTL SETCLUSTER v2 1 NOFLAG demo " + master.address() + " 1 0-16383")))
                        .isEqualTo("OK");
                assertThat(text(call(client, "SET k v")))
                        .as("shared connection")
                        .isEqualTo("OK");
                assertThat(text(call(client, "WATCH k")))
                        .as("pinned connection")
                        .isEqualTo("OK");
                assertThat(text(call(client, "UNWATCH"))).isEqualTo("OK");
                assertThat(call(other, "SUBSCRIBE c"))
                        .as("subscription connection")
                        .isInstanceOf(RespValue.Array.class);
                assertThat(text(call(client, "PUBLISH c m"))).isEqualTo("1");
                assertThat(text(call(client, "CLUSTER COUNTKEYSINSLOT 7629")))
                        .as("control connection")
                        .isEqualTo("1");
                await("the replica logs in to its master")
                        .atMost(LIMIT)
                        .untilAsserted(() -> assertThat(proxy.nodes())
                                .anyMatch(node -> node.node().value().equals(replica.address()) && node.isSettled()));
            }
        }
    }
}
