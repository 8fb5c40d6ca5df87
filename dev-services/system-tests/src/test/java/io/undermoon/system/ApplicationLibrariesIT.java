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
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.system.testing.ClientProgram;
import io.undermoon.system.testing.ClientPrograms;
import io.undermoon.system.testing.ClientRun;
import io.undermoon.system.testing.ClusterOperator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
 * Libraries that know nothing of clusters, through a proxy with active redirection: the programs in {@code
 * dev-services/clients} that are made for this, each where its language is installed and its libraries can be fetched.
 * All run at once: each makes its checks, goes on with a load while the cluster is scaled, and makes its checks again.
 *
 * <p>With {@code -Dundermoon.applications=all} a proxy is killed as well, which takes half a minute more.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApplicationLibrariesIT {
    private static final ClusterName CLUSTER = new ClusterName("applications");
    private static final int PROXIES = 5;
    private static final int SMALL = 4;
    private static final int LARGE = 8;
    private static final int MANY_STEPS = 50;
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private final ClusterOperator operator = new ClusterOperator("127.0.0.1:" + ports.broker(), CLUSTER);
    private final ClientPrograms programs = new ClientPrograms(ClientProgram.applications());
    private LauncherProcess undermoon;
    private ProxyAddress entry;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        programs.prepare();
        undermoon = new LauncherProcess(directory, Map.of("UNDERMOON_SPLIT_TRANSACTIONS", "true"));
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--active-redirection",
                "--proxies=" + PROXIES,
                "--cluster=" + CLUSTER + ":" + SMALL,
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        assertThat(up.exitCode()).as(up.output()).isZero();
        announceExpiredAndDeletedKeys();
        entry = operator.masters().get(0).proxyAddress();
        programs.awaitPrepared();
        programs.startLoads(directory, entry.value());
    }

    /** Spring Session wants to know, and it cannot tell the nodes through a proxy. */
    private void announceExpiredAndDeletedKeys() {
        for (int proxy = 0; proxy < PROXIES; proxy++) {
            for (int node = 0; node < 2; node++) {
                try (Jedis jedis = new Jedis("127.0.0.1", ports.redis(proxy, node))) {
                    jedis.configSet("notify-keyspace-events", "Egx");
                }
            }
        }
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        programs.close();
        undermoon.run("down");
    }

    @Test
    @Order(1)
    void no_application_sees_an_error_while_the_cluster_is_scaled() throws IOException, InterruptedException {
        assumeThat(programs.loads()).as("programs that can be run").isNotEmpty();
        programs.requireNoErrorWhileScaled(operator, LARGE, SMALL, MANY_STEPS);
    }

    /** Not the proxy that applications talk to: those that have the address of one proxy only depend on that one. */
    @Test
    @Order(2)
    void applications_go_on_when_another_proxy_is_killed() throws IOException, InterruptedException {
        assumeThat(System.getProperty("undermoon.applications"))
                .as("-Dundermoon.applications")
                .isEqualTo("all");
        assumeThat(programs.loads()).as("programs that can be run").isNotEmpty();
        // A worker of arq ends with the first error of Redis that it does not expect.
        programs.end(ClientProgram.ARQ);
        operator.awaitReplicas();
        ProxyAddress victim = operator.masters().stream()
                .map(Node::proxyAddress)
                .filter(address -> !address.equals(entry))
                .findFirst()
                .orElseThrow();

        LiveProcesses.kill(new DataDirectory(directory)
                .load()
                .orElseThrow()
                .processes()
                .get("proxy-" + (1 + (victim.port() - ports.proxyResp(0)) / 2))
                .process());

        await("another proxy has taken its place")
                .atMost(RECOVERY)
                .until(() -> operator.cluster().nodes().stream()
                        .noneMatch(node -> node.proxyAddress().equals(victim)));
        programs.awaitStepsWithoutError(MANY_STEPS);
    }

    @ParameterizedTest
    @MethodSource("io.undermoon.system.testing.ClientProgram#applications")
    @Order(3)
    void nothing_is_lost_or_done_twice_and_all_checks_pass(ClientProgram program)
            throws IOException, InterruptedException {
        assumeThat(programs.missing(program))
                .as("what %s needs and this machine lacks", program)
                .isEmpty();
        ClientRun run = programs.loads().stream()
                .filter(each -> each.program() == program)
                .findFirst()
                .orElseThrow();
        System.out.println(run);

        run.end();

        assertThat(run.failures()).as(run.output()).isEmpty();
        assertThat(run.exitCode()).as(run.output()).isZero();
    }
}
