package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.testsupport.FreePort;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A master that is followed by a node which its metadata do not name, such as that of a proxy that was replaced. */
class OtherFollowersIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** What the other one has does not count: only the replica in the metadata takes over. */
    @Test
    void a_write_waits_for_the_replica_in_the_metadata() {
        int port = FreePort.any();
        try (RedisServerProcess node = RedisServerProcess.start();
                RedisServerProcess replica = follower(node);
                RedisServerProcess other = follower(node);
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port)) {
                client.call(("UMCTL SETREPL 1 NOFLAG master demo " + node.address() + " 1 " + replica.address()
                                + " 127.0.0.1:1")
                        .split(" "));
                client.call(("UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address()
                                + " 1 0-16383 PEER 127.0.0.1:1 0 CONFIG min_replica_acks 1")
                        .split(" "));
                awaitFollowers(proxy, 2);
                await("writes are acknowledged")
                        .atMost(LIMIT)
                        .until(() -> text(client.call("SET", "key", "1")).equals("OK"));

                replica.freeze();

                assertThat(text(client.call("SET", "key", "2")))
                        .startsWith("NOREPLICAS")
                        .contains("1 of 2 replicas");
                replica.unfreeze();
                assertThat(other.port()).isPositive();
            }
        }
    }

    /** A write that only a hot spare has is lost when the replica takes over. */
    @Test
    void a_hot_spare_does_not_acknowledge_in_the_place_of_the_replica() {
        int port = FreePort.any();
        try (RedisServerProcess node = RedisServerProcess.start();
                RedisServerProcess replica = follower(node);
                RedisServerProcess spare = follower(node);
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port)) {
                client.call(("UMCTL SETREPL 1 NOFLAG master demo " + node.address() + " 2 " + replica.address()
                                + " 127.0.0.1:1 " + spare.address() + " 127.0.0.1:2")
                        .split(" "));
                client.call(("UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address()
                                + " 1 0-16383 PEER 127.0.0.1:1 0 CONFIG min_replica_acks 1")
                        .split(" "));
                awaitFollowers(proxy, 2);
                await("writes are acknowledged")
                        .atMost(LIMIT)
                        .until(() -> text(client.call("SET", "key", "1")).equals("OK"));

                replicate(spare, "NO", "ONE");
                awaitFollowers(proxy, 1);
                await("the replica is known to be the one that is there")
                        .atMost(LIMIT)
                        .until(() -> text(client.call("SET", "key", "2")).equals("OK"));

                replicate(spare, "127.0.0.1", Integer.toString(node.port()));
                awaitFollowers(proxy, 2);
                replicate(replica, "NO", "ONE");
                awaitFollowers(proxy, 1);
                for (int i = 0; i < 3; i++) {
                    assertThat(text(client.call("SET", "key", "3")))
                            .startsWith("NOREPLICAS")
                            .contains("1 of 2 replicas");
                }
            }
        }
    }

    private static void replicate(RedisServerProcess follower, String host, String port) {
        try (RespConnection connection = follower.connect()) {
            assertThat(text(connection.call("REPLICAOF", host, port))).isEqualTo("OK");
        }
    }

    private static void awaitFollowers(ProxyServer proxy, int count) {
        await(count + " follow, and the proxy knows it")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> proxy.nodes().get(0).report().onlineReplicas() == count);
    }

    private static RedisServerProcess follower(RedisServerProcess master) {
        return RedisServerProcess.start("--replicaof", "127.0.0.1", Integer.toString(master.port()));
    }
}
