package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What the one chunk of a small system survives, two proxies with their four nodes, without a spare proxy. Real
 * processes; each test begins where the one before ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChunkIT {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final int KEYS = 500;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** So that a node which does not answer would soon be given up, and masters stay where a failover has put them. */
    private static final Map<String, String> IMPATIENT = Map.of(
            "UNDERMOON_BACKEND_TIMEOUT", "1000",
            "UNDERMOON_NODE_FAILURE_TIMEOUT", "2s",
            "UNDERMOON_AUTO_BALANCE", "false");

    @TempDir
    private static Path directory;

    private LiveStack stack;
    private BrokerApi brokerApi;
    private ClusterOperator operator;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        stack = new LiveStack(directory, CLUSTER, 4, 2, IMPATIENT, "--active-redirection");
        brokerApi = new BrokerApi("127.0.0.1:" + stack.ports().broker());
        operator = stack.operator();
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    /** For 5 s the node says nothing, then that it is busy. */
    @Test
    @Order(1)
    void a_node_with_an_endless_script_is_not_failed_over() throws IOException {
        operator.awaitReplicas();
        Cluster before = operator.cluster();
        Node master = operator.masters().get(0);
        String key = keyOf(master);
        try (Jedis node = jedis(master.address().value());
                Jedis client = jedis(master.proxyAddress().value());
                Socket script = new Socket(
                        InetAddress.getLoopbackAddress(), master.proxyAddress().port())) {
            client.set(key, "1");
            script.getOutputStream()
                    .write(("EVAL \"while true do end\" 1 " + key + "\r\n").getBytes(StandardCharsets.US_ASCII));
            await("nothing is failed over")
                    .during(Duration.ofSeconds(9))
                    .atMost(LIMIT)
                    .until(() -> brokerApi.failedProxies().isEmpty()
                            && operator.cluster().equals(before));

            assertThat(isBusy(node)).isTrue();
            assertThat(client.scriptKill()).isEqualTo("OK");
            await("the node serves again")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(client.get(key)).isEqualTo("1"));
        }
    }

    @Test
    @Order(2)
    void a_proxy_that_starts_serves_without_a_coordinator() throws IOException {
        Node master = operator.masters().get(0);
        String key = keyOf(master);
        stack.kill("coordinator-1");
        String proxy = stack.proxyOf(master);
        stack.kill(proxy);

        ProcessIdentity started = stack.startAgain(proxy);
        await("it serves").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis client = jedis(master.proxyAddress().value())) {
                assertThat(client.incr(key)).isGreaterThan(1);
            }
        });

        LiveProcesses.kill(started);
        await().atMost(LIMIT).until(() -> !LiveProcesses.isRunning(started));
    }

    @Test
    @Order(3)
    void the_data_survives_a_half_that_comes_back_empty() throws IOException, InterruptedException {
        stack.up();
        ProxyAddress first = operator.masters().get(0).proxyAddress();
        ProxyAddress second = operator.masters().get(1).proxyAddress();
        try (Jedis client = jedis(first.value())) {
            for (int i = 0; i < KEYS; i++) {
                client.set("key" + i, "value" + i);
            }
        }
        operator.awaitReplicas();

        loseHost(first);
        awaitMastersAt(second);
        awaitAllKeys(second);

        stack.up();
        await("the lost half is back")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> brokerApi.failedProxies().isEmpty());
        operator.awaitReplicas();
        awaitMastersAt(second);
        awaitAllKeys(second);

        loseHost(second);
        awaitMastersAt(first);
        awaitAllKeys(first);
    }

    @ParameterizedTest(name = "from an older file: {0}")
    @ValueSource(booleans = {true, false})
    @Order(4)
    void a_master_that_is_back_at_once_with_less_data_gives_way_to_its_replica(boolean fromFile)
            throws IOException, InterruptedException {
        stack.up();
        await("both halves are there")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> brokerApi.failedProxies().isEmpty());
        operator.awaitReplicas();
        Node master = operator.masters().get(0);
        Node replica = operator.cluster().nodes().stream()
                .filter(node -> node.repl().peers().stream()
                        .anyMatch(peer -> peer.nodeAddress().equals(master.address())))
                .findFirst()
                .orElseThrow();
        String service = LiveStack.redisOf(master);
        Path stored = directory.resolve(service);
        Path older = directory.resolve("older-" + fromFile);
        write(master, "older");
        copy(stored, older);
        write(master, "value");
        long size = size(replica);

        stack.kill(service);
        delete(stored);
        if (fromFile) {
            copy(older, stored);
        }
        ProcessIdentity started = stack.startAgain(service);

        await("the replica is master")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.masters().stream()
                        .anyMatch(node -> node.address().equals(replica.address())));
        awaitAllKeys(replica.proxyAddress());
        await("the restarted node follows").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            assertThat(info(master)).contains("role:slave", "master_link_status:up");
            assertThat(size(master)).isEqualTo(size);
        });
        assertThat(size(replica)).isEqualTo(size);

        LiveProcesses.kill(started);
        await().atMost(LIMIT).until(() -> !LiveProcesses.isRunning(started));
    }

    /** Sets all keys and waits until the replicas have them. */
    private void write(Node master, String value) {
        try (Jedis client = jedis(master.proxyAddress().value())) {
            for (int i = 0; i < KEYS; i++) {
                client.set("key" + i, value + i);
            }
            assertThat(client.waitReplicas(1, 10_000)).isEqualTo(1);
        }
    }

    private static long size(Node node) {
        try (Jedis redis = jedis(node.address().value())) {
            return redis.dbSize();
        }
    }

    private static String info(Node node) {
        try (Jedis redis = jedis(node.address().value())) {
            return redis.info("replication");
        }
    }

    private static void copy(Path tree, Path into) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.copy(file, into.resolve(tree.relativize(file)));
            }
        }
    }

    /** The first proxy has both masters, and the second is gone. */
    @Test
    @Order(5)
    void a_copy_that_has_missed_writes_does_not_become_master() throws IOException, InterruptedException {
        stack.up();
        operator.awaitReplicas();
        ProxyAddress first = operator.masters().get(0).proxyAddress();
        ProxyAddress second = operator.cluster().nodes().stream()
                .map(Node::proxyAddress)
                .filter(proxy -> !proxy.equals(first))
                .findFirst()
                .orElseThrow();
        stopHost(second);
        await("it is given up")
                .atMost(LIMIT)
                .until(() -> brokerApi.failedProxies().contains(second.value()));
        try (Jedis client = jedis(first.value())) {
            for (int i = 0; i < KEYS; i++) {
                client.set("key" + i, "newer" + i);
            }
        }

        stopHost(first);
        List<ProcessIdentity> back = startHost(second);
        await("it serves nothing while only the other has all writes")
                .during(Duration.ofSeconds(6))
                .atMost(LIMIT)
                .until(() -> operator.masters().stream()
                        .allMatch(node -> node.proxyAddress().equals(first)));

        startHost(first);
        await("all writes are there").atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis client = jedis(first.value())) {
                for (int i = 0; i < KEYS; i++) {
                    assertThat(client.get("key" + i)).isEqualTo("newer" + i);
                }
            }
        });
        assertThat(back).allMatch(LiveProcesses::isRunning);
    }

    @Test
    @Order(6)
    void a_new_cluster_has_no_keys_of_a_deleted_one() throws IOException, InterruptedException {
        operator.remove();
        await("both proxies are known to be back, and free")
                .atMost(LIMIT)
                .until(() -> brokerApi.create(new WantedCluster(CLUSTER, 4)).isEmpty());

        await("the new cluster serves, and has none of the keys")
                .atMost(LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> {
                    try (Jedis client =
                            jedis(operator.masters().get(0).proxyAddress().value())) {
                        assertThat(client.set("new", "value")).isEqualTo("OK");
                        for (int i = 0; i < KEYS; i++) {
                            assertThat(client.get("key" + i)).isNull();
                        }
                    }
                });
    }

    /** Kills a proxy and its nodes and removes what the nodes have stored. */
    private void loseHost(ProxyAddress proxy) throws IOException {
        stack.kill(stack.service(proxy));
        for (Node node : operator.cluster().nodes()) {
            if (node.proxyAddress().equals(proxy)) {
                String service = LiveStack.redisOf(node);
                stack.kill(service);
                delete(directory.resolve(service));
            }
        }
    }

    /** Kills a proxy, its nodes and whatever else runs on its host. What the nodes have stored stays. */
    private void stopHost(ProxyAddress proxy) throws IOException {
        for (String service : servicesOf(proxy)) {
            stack.kill(service);
        }
    }

    private List<ProcessIdentity> startHost(ProxyAddress proxy) throws IOException {
        return servicesOf(proxy).stream().map(stack::startAgain).toList();
    }

    /** The services of a host, its proxy last. */
    private List<String> servicesOf(ProxyAddress proxy) throws IOException {
        List<String> services = new ArrayList<>();
        for (Node node : operator.cluster().nodes()) {
            if (node.proxyAddress().equals(proxy)) {
                services.add(LiveStack.redisOf(node));
            }
        }
        services.add(stack.service(proxy));
        return services;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private void awaitMastersAt(ProxyAddress proxy) {
        await("masters behind " + proxy)
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> operator.masters().stream()
                        .allMatch(node -> node.proxyAddress().equals(proxy)));
    }

    private static void awaitAllKeys(ProxyAddress proxy) {
        await("all keys at " + proxy).atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            try (Jedis client = jedis(proxy.value())) {
                for (int i = 0; i < KEYS; i++) {
                    assertThat(client.get("key" + i)).isEqualTo("value" + i);
                }
            }
        });
    }

    private static String keyOf(Node master) {
        for (int i = 0; ; i++) {
            int slot = Slot.of("script" + i);
            if (master.slots().stream().anyMatch(range -> range.rangeList().contains(slot))) {
                return "script" + i;
            }
        }
    }

    private static boolean isBusy(Jedis node) {
        try {
            node.ping();
            return false;
        } catch (JedisDataException e) {
            return e.getMessage().startsWith("BUSY ");
        }
    }

    private static Jedis jedis(String address) {
        HostPort at = HostPort.parse(address);
        return new Jedis(at.host(), at.port());
    }
}
