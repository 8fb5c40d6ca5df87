package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.system.testing.BackgroundWriter;
import io.undermoon.system.testing.StringClient;
import io.undermoon.system.testing.StringClients;
import io.undermoon.testsupport.RedisCli;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * The journey of a user through a running system, in one stack of real processes: each test is the next step and builds
 * on the ones before. The clients of the early steps stay open, as those of an application would.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WalkThroughIT {
    private static final int KEYS = 10_000;
    private static final int PROXIES = 6;
    private static final ClusterName CLUSTER = new ClusterName("mycluster");
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private final String broker = "127.0.0.1:" + ports.broker();
    private final BrokerApi brokerApi = new BrokerApi(broker);
    private final Map<String, StringClient> clients = new TreeMap<>();

    private LauncherProcess undermoon;
    private DataDirectory data;
    private BackgroundWriter writer;

    @BeforeAll
    void up_ends_well() throws IOException, InterruptedException {
        undermoon = new LauncherProcess(directory);
        data = new DataDirectory(directory);
        up();
    }

    @AfterAll
    void stopWhateverStillRuns() throws IOException, InterruptedException {
        if (writer != null) {
            writer.close();
        }
        clients.values().forEach(StringClient::close);
        undermoon.run("down");
    }

    @Test
    @Order(1)
    void up_brings_a_cluster_that_serves() throws IOException, InterruptedException {
        assertThat(proxiesOf(cluster())).hasSize(2);
        LauncherProcess.Result status = undermoon.run("status");
        assertThat(status.exitCode()).as(status.output()).isZero();
        assertThat(status.output()).contains("proxy-6", "mycluster");
    }

    @Test
    @Order(2)
    void each_master_and_each_replica_has_an_address_of_its_own() {
        try (Jedis proxy = new Jedis("127.0.0.1", ports.proxyResp(0))) {
            assertThat(proxy.clusterNodes().lines().map(line -> line.split("[ @]")[1]))
                    .containsExactlyInAnyOrder(
                            "127.0.0.1:" + ports.proxyResp(0),
                            "127.0.0.1:" + ports.proxyResp(1),
                            "127.0.0.1:" + ports.proxyReplica(0),
                            "127.0.0.1:" + ports.proxyReplica(1));
        }
    }

    @Test
    @Order(2)
    void command_line_clients_write_and_read() throws IOException, InterruptedException {
        List<String> numbers =
                IntStream.range(0, KEYS).mapToObj(Integer::toString).toList();
        assertThat(cli(commands("SET cli:%1$d %1$d"))).hasSize(KEYS).containsOnly("OK");
        assertThat(cli(commands("GET cli:%d"))).isEqualTo(numbers);
        if (RedisCli.isInstalled()) {
            String port = String.valueOf(ports.proxyResp(0));
            assertThat(RedisCli.run(commands("GET cli:%d"), "-c", "-p", port)
                            .lines()
                            .filter(line -> !line.startsWith("-> Redirected") && !line.isEmpty()))
                    .containsExactlyElementsOf(numbers);
        }
    }

    @Test
    @Order(2)
    void lettuce_7_writes_and_reads() throws IOException, InterruptedException {
        List<String> commands = new ArrayList<>(commands("SET lettuce-7:%1$d %1$d"));
        commands.addAll(commands("GET lettuce-7:%d"));
        LauncherProcess.Result result = undermoon.runLettuce7(commands, ports.proxyResp(0));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output().lines())
                .containsSubsequence("OK", "0", "1")
                .endsWith(String.valueOf(KEYS - 1))
                .filteredOn("OK"::equals)
                .hasSize(KEYS);
    }

    private List<String> cli(List<String> commands) throws IOException, InterruptedException {
        LauncherProcess.Result result = undermoon.runWithInput(commands, "cli");
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output().lines().toList();
    }

    @Test
    @Order(3)
    void jedis_writes_and_reads() {
        writeAndRead("jedis", StringClients.jedis(ports.proxyResp(0)));
    }

    @Test
    @Order(4)
    void lettuce_writes_and_reads() {
        writeAndRead("lettuce", StringClients.lettuce(ports.proxyResp(0)));
    }

    @Test
    @Order(5)
    void redisson_writes_and_reads() {
        writeAndRead("redisson", StringClients.redisson(ports.proxyResp(0)));
    }

    @Test
    @Order(6)
    void four_nodes_are_added_while_a_client_writes() throws IOException, InterruptedException {
        writer = new BackgroundWriter(StringClients.jedis(ports.proxyResp(0))).start();
        awaitProgress();

        HttpResponse<String> response = patch("/clusters/nodes/" + CLUSTER, "{\"node_number\":4}");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(cluster().nodes()).hasSize(8);
        assertThat(proxiesOf(cluster())).hasSize(4);
        awaitProgress();
        assertThat(writer.failures()).isZero();
    }

    @Test
    @Order(7)
    void a_killed_proxy_is_replaced_and_its_other_half_takes_over() throws IOException {
        Set<ProxyAddress> before = proxiesOf(cluster());
        ProxyAddress victim = masters(cluster()).get(0).proxyAddress();
        ProxyAddress otherHalf = otherHalf(cluster(), victim);

        LiveProcesses.kill(process("proxy-" + (1 + (victim.port() - ports.proxyResp(0)) / 2)));

        await("the other half is master of both parts")
                .atMost(RECOVERY)
                .until(() -> masters(cluster()).stream()
                                .filter(node -> node.proxyAddress().equals(otherHalf))
                                .count()
                        == 2);
        await("a free proxy takes the place of the killed one").atMost(RECOVERY).until(() -> {
            Set<ProxyAddress> now = proxiesOf(cluster());
            return now.size() == 4 && !now.contains(victim) && !before.containsAll(now);
        });
        assertThat(brokerApi.failedProxies()).containsExactly(victim.value());
        awaitProgress();
        clients.forEach(WalkThroughIT::awaitAllKeys);
    }

    @Test
    @Order(8)
    void nothing_stops_or_is_lost_when_broker_and_coordinator_are_killed() throws IOException, InterruptedException {
        Cluster before = cluster();
        long failuresBefore = writer.failures();
        List<ProcessIdentity> controlPlane = List.of(process("broker"), process("coordinator-1"));

        controlPlane.forEach(LiveProcesses::kill);
        await().until(() -> controlPlane.stream().noneMatch(LiveProcesses::isRunning));
        awaitProgress();
        up();

        assertThat(process("broker")).isNotEqualTo(controlPlane.get(0));
        assertThat(cluster().nodes()).isEqualTo(before.nodes());
        awaitProgress();
        assertThat(writer.failures()).as("failed writes").isEqualTo(failuresBefore);
    }

    @Test
    @Order(9)
    void every_acknowledged_write_is_found() throws InterruptedException {
        writer.stop();

        List<Long> lost = new ArrayList<>();
        StringClient jedis = clients.get("jedis");
        for (long number = 0; number < writer.acknowledged(); number++) {
            if (!Long.toString(number).equals(jedis.get(BackgroundWriter.key(number)))) {
                lost.add(number);
            }
        }
        assertThat(lost)
                .as("lost of " + writer.acknowledged() + " acknowledged writes")
                .isEmpty();
        clients.forEach(WalkThroughIT::assertAllKeys);
    }

    @Test
    @Order(10)
    void down_leaves_no_process() throws IOException, InterruptedException {
        Collection<StartedService> services = services().values();

        LauncherProcess.Result down = undermoon.run("down");

        assertThat(down.exitCode()).as(down.output()).isZero();
        assertThat(services).hasSize(2 + 3 * PROXIES).noneMatch(service -> LiveProcesses.isRunning(service.process()));
        assertThat(services()).isEmpty();
        assertThat(IntStream.range(basePort, basePort + PortLayout.BLOCK_SIZE)).allMatch(Ports::isFree);
    }

    private void up() throws IOException, InterruptedException {
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--proxies=" + PROXIES,
                "--cluster=" + CLUSTER + ":4",
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        System.out.println(up.output());
        assertThat(up.exitCode()).as(up.output()).isZero();
    }

    private void writeAndRead(String name, StringClient client) {
        clients.put(name, client);
        for (int i = 0; i < KEYS; i++) {
            client.set(name + ":" + i, Integer.toString(i));
        }
        assertAllKeys(name, client);
    }

    private static void assertAllKeys(String name, StringClient client) {
        for (int i = 0; i < KEYS; i++) {
            assertThat(client.get(name + ":" + i)).as("%s key %d", name, i).isEqualTo(Integer.toString(i));
        }
    }

    private static void awaitAllKeys(String name, StringClient client) {
        await(name + " goes on").atMost(RECOVERY).ignoreExceptions().untilAsserted(() -> assertAllKeys(name, client));
    }

    /** Waits until many more writes are acknowledged than can be under way. */
    private void awaitProgress() {
        long start = writer.acknowledged();
        await("the background client writes on").atMost(RECOVERY).until(() -> writer.acknowledged() > start + 1000);
    }

    private static List<String> commands(String format) {
        return IntStream.range(0, KEYS).mapToObj(format::formatted).toList();
    }

    private Cluster cluster() throws IOException {
        return brokerApi.cluster(CLUSTER).orElseThrow();
    }

    private static Set<ProxyAddress> proxiesOf(Cluster cluster) {
        return cluster.nodes().stream().map(Node::proxyAddress).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Node> masters(Cluster cluster) {
        return cluster.nodes().stream().filter(Node::isMaster).toList();
    }

    /** The proxy with which this one forms a chunk: its nodes replicate with the other's. */
    private static ProxyAddress otherHalf(Cluster cluster, ProxyAddress proxy) {
        return cluster.nodes().stream()
                .filter(node -> node.proxyAddress().equals(proxy))
                .map(node -> node.repl().peers().get(0).proxyAddress())
                .findFirst()
                .orElseThrow();
    }

    private Map<String, StartedService> services() {
        return data.load().orElseThrow().processes();
    }

    private ProcessIdentity process(String service) {
        return services().get(service).process();
    }

    private HttpResponse<String> patch(String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + broker + "/api/v3" + path))
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(json))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }
}
