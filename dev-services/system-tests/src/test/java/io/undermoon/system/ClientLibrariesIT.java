package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.system.testing.ClientProgram;
import io.undermoon.system.testing.ClientPrograms;
import io.undermoon.system.testing.ClientRun;
import io.undermoon.system.testing.ClusterOperator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/**
 * The cluster clients that people use in other languages, with the settings they come with: the programs in {@code
 * dev-services/clients}, each where its language is installed and its libraries can be fetched. One stack serves all of
 * them, and each test goes on from the one before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClientLibrariesIT {
    private static final ClusterName CLUSTER = new ClusterName("clients");
    private static final int PROXIES = 6;
    private static final int SMALL = 4;
    private static final int LARGE = 8;
    private static final int MANY_STEPS = 500;
    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Pattern GET_CALLS = Pattern.compile("cmdstat_get:calls=(\\d+)");

    @TempDir
    private static Path directory;

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private final ClusterOperator operator = new ClusterOperator("127.0.0.1:" + ports.broker(), CLUSTER);
    private final ClientPrograms programs = new ClientPrograms(ClientProgram.clusterClients());
    private LauncherProcess undermoon;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        programs.prepare();
        undermoon = new LauncherProcess(directory);
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--proxies=" + PROXIES,
                "--cluster=" + CLUSTER + ":" + SMALL,
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        assertThat(up.exitCode()).as(up.output()).isZero();
        programs.awaitPrepared();
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        programs.close();
        undermoon.run("down");
    }

    @ParameterizedTest
    @MethodSource("io.undermoon.system.testing.ClientProgram#clusterClients")
    @Order(1)
    void passes_its_checks(ClientProgram program) throws IOException, InterruptedException {
        assumeThat(programs.missing(program))
                .as("what %s needs and this machine lacks", program)
                .isEmpty();
        operator.awaitReplicas();
        long readsBefore = readsOfReplicas();

        try (ClientRun run = program.start(directory, seeds()).end()) {
            assertPassed(run);
            assertThat(readsOfReplicas()).as("GET at replicas").isGreaterThan(readsBefore);
        }
    }

    @Test
    @Order(2)
    void no_client_sees_an_error_while_the_cluster_is_scaled() throws IOException, InterruptedException {
        programs.startLoads(directory, seeds());
        assumeThat(programs.loads()).as("programs that can be run").isNotEmpty();
        programs.requireNoErrorWhileScaled(operator, LARGE, SMALL, MANY_STEPS);
    }

    /** The proxies of the cluster, as an application would be told some of them. */
    private String seeds() throws IOException {
        return operator.cluster().nodes().stream()
                .map(node -> node.proxyAddress().value())
                .distinct()
                .collect(Collectors.joining(","));
    }

    @Test
    @Order(3)
    void clients_go_on_when_a_proxy_is_killed() throws IOException {
        assumeThat(programs.loads()).as("programs that can be run").isNotEmpty();
        operator.awaitReplicas();
        Node master = operator.masters().get(0);

        LiveProcesses.kill(new DataDirectory(directory)
                .load()
                .orElseThrow()
                .processes()
                .get("proxy-" + (1 + (master.proxyAddress().port() - ports.proxyResp(0)) / 2))
                .process());

        await("another proxy has taken its place")
                .atMost(RECOVERY)
                .until(() -> operator.cluster().nodes().stream()
                        .noneMatch(node -> node.proxyAddress().equals(master.proxyAddress())));
        programs.awaitStepsWithoutError(MANY_STEPS);
    }

    @Test
    @Order(4)
    void nothing_acknowledged_is_lost_and_all_checks_still_pass() {
        assumeThat(programs.loads()).as("programs that can be run").isNotEmpty();
        SoftAssertions.assertSoftly(softly -> programs.loads().forEach(run -> {
            System.out.println(run);
            softly.assertThatCode(() -> assertPassed(run.end())).doesNotThrowAnyException();
        }));
    }

    private static void assertPassed(ClientRun run) {
        assertThat(run.failures()).as(run.output()).isEmpty();
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    /** {@code GET}s that the replicas have served. */
    private long readsOfReplicas() throws IOException {
        return operator.cluster().nodes().stream()
                .filter(node -> !node.isMaster())
                .map(node -> HostPort.parse(node.address().value()))
                .mapToLong(ClientLibrariesIT::getCalls)
                .sum();
    }

    private static long getCalls(HostPort node) {
        try (Jedis jedis = new Jedis(node.host(), node.port())) {
            Matcher calls = GET_CALLS.matcher(jedis.info("commandstats"));
            return calls.find() ? Long.parseLong(calls.group(1)) : 0;
        }
    }
}
