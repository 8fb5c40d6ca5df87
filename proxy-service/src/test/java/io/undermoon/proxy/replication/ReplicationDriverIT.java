package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import io.undermoon.proxy.backend.Access;
import io.undermoon.proxy.backend.BackendEncryption;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.stats.LoopStats;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.ScriptedRedis;
import io.undermoon.proxy.topology.ApplyResult;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RespServer;
import io.undermoon.umctl.SetRepl;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicationDriverIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final ProxyAddress SELF = new ProxyAddress("127.0.0.1:5299");

    private final EventLoopGroup group = Transport.best().newEventLoopGroup(1);
    private final Endpoints endpoints = new Endpoints();
    private final TopologyStore topology = new TopologyStore(Self.at(SELF), endpoints);
    private final Lease lease = new Lease(LeaseClock.SYSTEM);
    private ReplicationDriver driver;
    private long epoch;

    private void start(BackendSettings.Login login, String... nodes) {
        start(new BackendSettings(1000, 2000, 1 << 20, 10, login, BackendSettings.Login.NONE), nodes);
    }

    private void start(BackendSettings settings, String... nodes) {
        NodeConnections connections = new NodeConnections(
                new ProxyLoop((EventLoop) group.next(), Transport.best(), settings, new LoopStats(1)), Access.PROXY);
        Set<NodeAddress> own = new HashSet<>();
        Arrays.stream(nodes).map(NodeAddress::new).forEach(own::add);
        driver = new ReplicationDriver(
                connections,
                endpoints,
                new ReplicationSettings(
                        Duration.ofMillis(200),
                        settings.redis().user(),
                        settings.redis().password(),
                        null),
                new ClearedRuns(topology),
                own,
                new TakeoverRule(lease, true));
        driver.start(topology);
    }

    @AfterEach
    void stop() {
        driver.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void tell(SetRepl.Entry... entries) {
        epoch++;
        assertThat(topology.apply(new SetRepl(new Epoch(epoch), false, List.of(entries))))
                .isEqualTo(ApplyResult.APPLIED);
    }

    private static SetRepl.Entry master(String node) {
        return new SetRepl.Entry(Role.MASTER, new ClusterName("test"), new NodeAddress(node), List.of());
    }

    private static SetRepl.Entry free(String node) {
        return new SetRepl.Entry(Role.MASTER, null, new NodeAddress(node), List.of());
    }

    private static SetRepl.Entry replica(String node, String master) {
        return new SetRepl.Entry(
                Role.REPLICA,
                new ClusterName("test"),
                new NodeAddress(node),
                List.of(new ReplPeer(new NodeAddress(master), SELF)));
    }

    private NodeStatus status(String node) {
        return driver.statuses().stream()
                .filter(status -> status.node().value().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private void awaitSettled(String node, Role role) {
        await("role of " + node)
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    InfoReport report = status(node).report();
                    return status(node).isSettled() && report != null && report.role() == role;
                });
    }

    private static String info(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return ((RespValue.Bulk) connection.call("INFO", "replication")).text();
        }
    }

    @Test
    void a_node_follows_no_other_by_metadata_that_may_be_old() {
        try (RedisServerProcess node = RedisServerProcess.start();
                RedisServerProcess former = RedisServerProcess.start();
                RespConnection data = node.connect()) {
            data.call("SET", "key", "the last copy");
            lease.require(false);
            start(BackendSettings.Login.NONE, node.address());
            tell(replica(node.address(), former.address()));
            // Asked twice since then, so its role was looked at.
            long asked = System.nanoTime();
            for (int times = 0; times < 2; times++) {
                long since = asked;
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> status(node.address()).lastAnswerNanos() - since > 0);
                asked = System.nanoTime();
            }
            assertThat(info(node)).contains("role:master");
            assertThat(data.call("GET", "key")).isEqualTo(new RespValue.Bulk("the last copy"));

            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> {
                lease.renewed(LeaseClock.SYSTEM.now());
                return info(node).contains("role:slave");
            });
        }
    }

    @Test
    void a_node_that_follows_another_one_lets_its_former_replicas_in_no_more() {
        try (RedisServerProcess former = RedisServerProcess.start();
                RedisServerProcess other = RedisServerProcess.start();
                RespConnection users = former.connect()) {
            start(BackendSettings.Login.NONE, former.address());
            tell(master(former.address()));
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> isOn(users));

            tell(replica(former.address(), other.address()));
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> info(former).contains("role:slave"));
            assertThat(isOn(users)).isFalse();

            tell(master(former.address()));
            awaitSettled(former.address(), Role.MASTER);
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> isOn(users));
        }
    }

    private static boolean isOn(RespConnection connection) {
        return connection.call("ACL", "LIST") instanceof RespValue.Array users
                && users.items().stream()
                        .anyMatch(user -> user.asText().startsWith("user " + ReplicationUser.NAME + " on "));
    }

    @Test
    void a_node_that_executes_a_script_is_busy_and_not_down() {
        try (RedisServerProcess node = RedisServerProcess.start("--lua-time-limit", "1500");
                RespConnection script = node.connect();
                RespConnection killer = node.connect()) {
            BackendSettings.Login none = BackendSettings.Login.NONE;
            start(
                    new BackendSettings(1000, 300, 10_000, 1 << 20, 10, none, none, BackendEncryption.NONE),
                    node.address());
            awaitSettled(node.address(), Role.MASTER);
            script.send("EVAL", "while true do end", "0");
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> {
                assertThat(status(node.address()).up()).isTrue();
                return status(node.address()).isBusy();
            });
            assertThat(status(node.address()).role()).isEqualTo(Role.MASTER);
            assertThat(status(node.address()).isSettled()).isFalse();
            killer.call("SCRIPT", "KILL");
            awaitSettled(node.address(), Role.MASTER);
        }
    }

    @Test
    void a_node_that_hangs_is_down() {
        try (RedisServerProcess node = RedisServerProcess.start()) {
            BackendSettings.Login none = BackendSettings.Login.NONE;
            start(
                    new BackendSettings(1000, 300, 1000, 1 << 20, 10, none, none, BackendEncryption.NONE),
                    node.address());
            awaitSettled(node.address(), Role.MASTER);
            node.freeze();
            await().atMost(LIMIT).until(() -> !status(node.address()).up());
            assertThat(status(node.address()).isRefused()).as("it is there").isFalse();
            node.kill();
            await().atMost(LIMIT).until(() -> status(node.address()).isRefused());
        }
    }

    @Test
    void a_node_that_has_not_started_yet_has_not_ended() throws IOException {
        String address = "127.0.0.1:" + FreePort.any();
        start(BackendSettings.Login.NONE, address);
        await().atMost(LIMIT)
                .until(() -> String.valueOf(status(address).problem()).contains("Connection refused"));
        assertThat(status(address).isRefused()).isFalse();
    }

    @Test
    void changes_roles_at_once_and_back() {
        try (RedisServerProcess one = RedisServerProcess.start();
                RedisServerProcess two = RedisServerProcess.start()) {
            start(BackendSettings.Login.NONE, one.address(), two.address());
            tell(master(one.address()), replica(two.address(), one.address()));
            awaitSettled(two.address(), Role.REPLICA);
            try (RespConnection first = one.connect();
                    RespConnection second = two.connect()) {
                first.call("SET", "key", "value");
                await().atMost(LIMIT).until(() -> second.call("GET", "key").equals(new RespValue.Bulk("value")));
            }

            long before = System.nanoTime();
            tell(replica(two.address(), one.address()), master(one.address()));
            tell(master(one.address()), master(two.address()));
            tell(replica(one.address(), two.address()), master(two.address()));
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> info(two).contains("role:master"));
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            awaitSettled(one.address(), Role.REPLICA);
            awaitSettled(two.address(), Role.MASTER);

            NodeStatus promoted = status(two.address());
            await().atMost(LIMIT)
                    .until(() -> status(two.address()).report().replicas().size() == 1);
            assertThat(promoted.up()).isTrue();
            assertThat(promoted.problem()).isNull();
            assertThat(promoted.millisSinceLastAnswer()).isLessThan(5000);
        }
    }

    @Test
    void leaves_a_right_link_alone() {
        try (RedisServerProcess one = RedisServerProcess.start();
                RedisServerProcess two = RedisServerProcess.start()) {
            start(BackendSettings.Login.NONE, one.address(), two.address());
            tell(master(one.address()), replica(two.address(), one.address()));
            awaitSettled(two.address(), Role.REPLICA);
            String calls = replicaofCalls(two);

            for (int i = 0; i < 10; i++) {
                tell(master(one.address()), replica(two.address(), one.address()));
                awaitSettled(two.address(), Role.REPLICA);
            }

            assertThat(replicaofCalls(two)).isEqualTo(calls);
        }
    }

    private static String replicaofCalls(RedisServerProcess server) {
        try (RespConnection connection = server.connect()) {
            return ((RespValue.Bulk) connection.call("INFO", "commandstats"))
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_replicaof:"))
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .findFirst()
                    .orElse("none");
        }
    }

    /** The follower may have the only copy of a shard whose proxies have failed one after the other. */
    @Test
    void a_node_that_joins_a_cluster_does_not_take_the_data_of_its_followers() {
        try (RedisServerProcess joining = RedisServerProcess.start();
                RedisServerProcess follower = RedisServerProcess.start();
                RedisServerProcess master = RedisServerProcess.start();
                RespConnection there = follower.connect()) {
            try (RespConnection connection = joining.connect()) {
                connection.call("SET", "key", "value");
            }
            there.call("REPLICAOF", "127.0.0.1", Integer.toString(joining.port()));
            await().atMost(LIMIT).until(() -> there.call("GET", "key").equals(new RespValue.Bulk("value")));
            start(BackendSettings.Login.NONE, joining.address());
            tell(free(joining.address()));
            awaitSettled(joining.address(), Role.MASTER);

            tell(replica(joining.address(), master.address()));
            Set<Long> answers = new HashSet<>();
            await().atMost(LIMIT).until(() -> {
                answers.add(status(joining.address()).lastAnswerNanos());
                return answers.size() > 5;
            });
            assertThat(info(joining)).contains("role:master");
            assertThat(there.call("GET", "key")).isEqualTo(new RespValue.Bulk("value"));

            there.call("REPLICAOF", "NO", "ONE");
            await().atMost(LIMIT).until(() -> info(joining).contains("role:slave"));
        }
    }

    /** It is still the replica of the master that it had by the last message that counted for it. */
    @Test
    void a_node_that_is_proven_late_takes_over_from_the_master_that_it_had_before() {
        try (RespServer peer = new RespServer(command -> "-Invalid sub command\r\n");
                RedisServerProcess master = RedisServerProcess.start();
                RedisServerProcess node = RedisServerProcess.start()) {
            topology.provesNodes();
            start(BackendSettings.Login.NONE, node.address(), master.address());
            ReplPeer former = new ReplPeer(new NodeAddress(master.address()), new ProxyAddress(peer.address()));
            NodeAddress address = new NodeAddress(node.address());
            ClusterName cluster = new ClusterName("test");
            tell("c1", master(master.address()), new SetRepl.Entry(Role.REPLICA, cluster, address, List.of(former)));
            topology.prove(former.nodeAddress(), "c1");
            topology.prove(address, "c1");
            awaitSettled(node.address(), Role.REPLICA);

            tell("c2", master(node.address()));
            tell("c2", master(node.address()));
            assertThat(topology.current().unproven()).contains(address);
            topology.prove(address, "c2");

            awaitSettled(node.address(), Role.MASTER);
            assertThat(peer.commandLines()).contains("UMCTL STEPDOWN 3 " + master.address());
        }
    }

    private void tell(String clusterId, SetRepl.Entry... entries) {
        epoch++;
        Tenancy tenancy = new Tenancy("installation", clusterId, List.of(), List.of(), null);
        assertThat(topology.apply(new SetRepl(new Epoch(epoch), false, List.of(entries), tenancy)))
                .isEqualTo(ApplyResult.APPLIED);
    }

    @Test
    void gives_a_restarted_node_its_role_back() {
        try (RedisServerProcess one = RedisServerProcess.start();
                RedisServerProcess two = RedisServerProcess.start()) {
            start(BackendSettings.Login.NONE, one.address(), two.address());
            tell(master(one.address()), replica(two.address(), one.address()));
            awaitSettled(two.address(), Role.REPLICA);

            two.kill();
            await().atMost(LIMIT).until(() -> !status(two.address()).up());
            assertThat(status(one.address()).up()).isTrue();
            two.restart();

            awaitSettled(two.address(), Role.REPLICA);
            assertThat(info(two)).contains("role:slave");
        }
    }

    @Test
    void watches_nodes_before_any_role_is_told_and_leaves_their_roles() {
        try (RedisServerProcess one = RedisServerProcess.start();
                RedisServerProcess two = RedisServerProcess.start()) {
            try (RespConnection connection = two.connect()) {
                connection.call("REPLICAOF", "127.0.0.1", Integer.toString(one.port()));
            }
            start(BackendSettings.Login.NONE, one.address(), two.address());

            awaitSettled(one.address(), Role.MASTER);
            awaitSettled(two.address(), Role.REPLICA);
            assertThat(status(two.address()).wanted()).isNull();
            tell();
            awaitSettled(two.address(), Role.REPLICA);
        }
    }

    @Test
    void forgets_nodes_that_are_no_longer_named() {
        try (RedisServerProcess one = RedisServerProcess.start();
                RedisServerProcess two = RedisServerProcess.start()) {
            start(BackendSettings.Login.NONE, one.address());
            tell(master(one.address()), master(two.address()));
            awaitSettled(two.address(), Role.MASTER);

            tell(master(one.address()));

            await().atMost(LIMIT).until(() -> driver.statuses().size() == 1);
            awaitSettled(one.address(), Role.MASTER);
        }
    }

    @Test
    void has_replicas_log_in_to_masters_with_a_password() {
        String[] password = {"--requirepass", "secret word"};
        try (RedisServerProcess one = RedisServerProcess.start(password);
                RedisServerProcess two = RedisServerProcess.start(password)) {
            start(new BackendSettings.Login(null, "secret word"), one.address(), two.address());
            tell(master(one.address()), replica(two.address(), one.address()));
            awaitSettled(two.address(), Role.REPLICA);

            two.kill();
            two.restart();
            awaitSettled(two.address(), Role.REPLICA);
        }
    }

    @Test
    void has_replicas_log_in_to_masters_with_a_user() {
        String[] user = {"--user", "boss", "on", ">pw", "~*", "&*", "+@all", "--user", "default", "off"};
        try (RedisServerProcess one = RedisServerProcess.start(user);
                RedisServerProcess two = RedisServerProcess.start(user)) {
            start(new BackendSettings.Login("boss", "pw"), one.address(), two.address());

            tell(master(one.address()), replica(two.address(), one.address()));

            awaitSettled(two.address(), Role.REPLICA);
        }
    }

    /** As KeyDB and old Redis, and a managed one that refuses CONFIG. */
    @Test
    void falls_back_to_slaveof_and_tolerates_refused_config() {
        AtomicReference<String> role = new AtomicReference<>("role:master");
        try (RedisServerProcess master = RedisServerProcess.start("--requirepass", "pw");
                ScriptedRedis node = new ScriptedRedis(command -> switch (command.get(0)) {
                    case "AUTH" -> new RespValue.Simple("OK");
                    case "INFO" -> new RespValue.Bulk(role.get() + "\r\n");
                    case "SLAVEOF" -> {
                        role.set("role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:" + master.port()
                                + "\r\nmaster_link_status:up");
                        yield new RespValue.Simple("OK");
                    }
                    default -> new RespValue.Failure("ERR unknown command `" + command.get(0) + "`");
                })) {
            start(new BackendSettings.Login(null, "pw"), node.address());

            tell(replica(node.address(), master.address()));

            awaitSettled(node.address(), Role.REPLICA);
            String port = Integer.toString(master.port());
            assertThat(node.received())
                    .contains(
                            List.of("CONFIG", "SET", "masteruser", "undermoon-replica"),
                            List.of("REPLICAOF", "127.0.0.1", port),
                            List.of("SLAVEOF", "127.0.0.1", port));
        }
    }

    @Test
    void a_loading_node_is_up_but_not_settled() {
        AtomicReference<String> loading = new AtomicReference<>("loading:1");
        try (ScriptedRedis node = new ScriptedRedis(command -> command.get(0).equals("INFO")
                ? new RespValue.Bulk("role:master\r\n" + loading.get())
                : new RespValue.Failure("LOADING Redis is loading the dataset in memory"))) {
            start(BackendSettings.Login.NONE, node.address());

            await().atMost(LIMIT).until(() -> status(node.address()).up());
            assertThat(status(node.address()).isSettled()).isFalse();
            assertThat(status(node.address()).problem()).contains("loading");
            loading.set("loading:0");
            awaitSettled(node.address(), Role.MASTER);
        }
    }

    @Test
    void a_refusing_node_is_up_and_says_why_it_is_not_well() {
        try (RedisServerProcess master = RedisServerProcess.start();
                ScriptedRedis node = new ScriptedRedis(command -> command.get(0).equals("INFO")
                        ? new RespValue.Bulk("role:master\r\n")
                        : new RespValue.Failure("NOPERM this user has no permissions"))) {
            start(BackendSettings.Login.NONE, node.address());

            tell(replica(node.address(), master.address()));

            await().atMost(LIMIT).until(() -> {
                String problem = status(node.address()).problem();
                return problem != null && problem.contains("NOPERM");
            });
            assertThat(status(node.address()).up()).isTrue();
            assertThat(status(node.address()).isSettled()).isFalse();
        }
    }
}
