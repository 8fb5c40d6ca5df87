package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import java.time.Duration;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redis nodes that know nobody but a user of their own. */
class BackendLoginIT {
    /** In the words of Redis until 7.0 and later ones. */
    private static final Pattern NO_RIGHT_TO_SELECT = Pattern.compile(
            "ERR (.*The user executing the script can't run this command|ACL failure in script: .* 'select').*");

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] ONE_USER = {
        "--user", "default", "off", "--user", "proxy", "on", ">s3cret", "~*", "&*", "+@all"
    };

    @Test
    void a_node_that_lets_no_users_be_set_is_used_with_the_rights_there_are() {
        int port = FreePort.any();
        try (RedisServerProcess node =
                        RedisServerProcess.start("--user", "default", "on", "nopass", "~*", "&*", "+@all", "-acl");
                RedisServerProcess other = RedisServerProcess.start();
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port)) {
                assertThat(text(call(
                                client,
                                "UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address() + " 1 0-8191 " + other.address()
                                        + " 1 8192-16383")))
                        .isEqualTo("OK");
                // The first of these keys is at the first node.
                assertThat(text(call(client, "SET b v"))).isEqualTo("OK");
                assertThat(text(call(client, "SET a v"))).isEqualTo("OK");
                assertThat(proxy.stats().get(Counter.UNRESTRICTED_LOGINS)).isEqualTo(1);
            }
        }
    }

    @Test
    void a_node_is_told_the_users_again_after_it_has_forgotten_them() {
        int port = FreePort.any();
        try (RedisServerProcess node = RedisServerProcess.start();
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort("address", "127.0.0.1:" + port, "thread_number", "1"), () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port);
                    RespConnection direct = node.connect()) {
                call(client, "UMCTL SETCLUSTER v2 1 NOFLAG demo " + node.address() + " 1 0-16383");
                String[] escape = {"EVAL", "return redis.call('select', 1)", "1", "k"};
                assertThat(text(client.call(escape))).matches(NO_RIGHT_TO_SELECT);
                assertThat(text(call(direct, "ACL DELUSER undermoon-clients"))).isEqualTo("1");
                await().atMost(LIMIT)
                        .untilAsserted(
                                () -> assertThat(text(client.call(escape))).matches(NO_RIGHT_TO_SELECT));
                assertThat(proxy.stats().get(Counter.UNRESTRICTED_LOGINS)).isZero();
            }
        }
    }

    private static RespValue call(RespConnection client, String command) {
        return client.call(command.split(" "));
    }

    /** So it is copied by its replica in whatever run it is. */
    @ParameterizedTest
    @ValueSource(strings = {"-acl", "-acl +acl|getuser"})
    void a_node_that_lets_no_users_be_set_has_replicas_that_log_in_as_the_proxy(String rights) {
        int port = FreePort.any();
        String self = "127.0.0.1:" + port;
        String[] user = ("--user default off --user proxy on >s3cret ~* &* +@all " + rights).split(" ");
        try (RedisServerProcess master = RedisServerProcess.start(user);
                RedisServerProcess replica = RedisServerProcess.start(user);
                ProxyServer proxy = new ProxyServer(
                        Configs.onOnePort(
                                "address", self,
                                "thread_number", "1",
                                "replication_check_interval", "100ms",
                                "redis_user", "proxy",
                                "redis_password", "s3cret"),
                        () -> {})) {
            proxy.start();
            try (RespConnection client = RespConnection.to(port)) {
                call(
                        client,
                        "UMCTL SETREPL 1 NOFLAG master demo " + master.address() + " 1 " + replica.address() + " "
                                + self + " replica demo " + replica.address() + " 1 " + master.address() + " " + self);
                await().atMost(LIMIT)
                        .until(() -> proxy.nodes().size() == 2
                                && proxy.nodes().stream().allMatch(node -> node.wanted() != null && node.isSettled()));
            }
        }
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

    /** As in a rolling change of the password: a half of the chunk has gone on, the other one has not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_replica_follows_its_master_while_one_of_their_proxies_has_another_password(boolean masterFirst) {
        String[] both = {"--user", "default", "on", ">former", ">next", "~*", "&*", "+@all"};
        String[] former = {"redis_password", "former", "accepted_redis_password", "next"};
        String[] next = {"redis_password", "next", "accepted_redis_password", "former"};
        int masterPort = FreePort.any();
        int replicaPort = FreePort.any();
        try (RedisServerProcess master = RedisServerProcess.start(both);
                RedisServerProcess replica = RedisServerProcess.start(both);
                ProxyServer ofMaster = started(masterPort, masterFirst ? next : former);
                ProxyServer ofReplica = started(replicaPort, masterFirst ? former : next)) {
            String roles = " demo " + master.address() + " 1 " + replica.address() + " 127.0.0.1:" + replicaPort;
            String others = " demo " + replica.address() + " 1 " + master.address() + " 127.0.0.1:" + masterPort;
            try (RespConnection client = RespConnection.to(masterPort);
                    RespConnection other = RespConnection.to(replicaPort)) {
                call(client, "UMCTL SETREPL 1 NOFLAG master" + roles);
                call(other, "UMCTL SETREPL 1 NOFLAG replica" + others);
                await("the replica logs in to its master")
                        .atMost(LIMIT)
                        .untilAsserted(() -> assertThat(ofReplica.nodes())
                                .anyMatch(node -> node.node().value().equals(replica.address()) && node.isSettled()));
            }
        }
    }

    private static ProxyServer started(int port, String... passwords) {
        String[] settings = {"address", "127.0.0.1:" + port, "thread_number", "1", "replication_check_interval", "100ms"
        };
        ProxyServer proxy = new ProxyServer(
                Configs.onOnePort(Stream.concat(Arrays.stream(settings), Arrays.stream(passwords))
                        .toArray(String[]::new)),
                () -> {});
        proxy.start();
        return proxy;
    }
}
