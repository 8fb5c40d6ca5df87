package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.BackgroundWriter;
import io.undermoon.dev.testing.ClusterOperator;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.StringClient;
import io.undermoon.dev.testing.StringClients;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Planned work on a system of real processes while a client of applications writes. */
class RollingRestartIT {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MUCH = 500;

    /** So that masters are evened out within the test. */
    private static final Map<String, String> IMPATIENT = Map.of("UNDERMOON_AUTO_BALANCE_DELAY", "1s");

    @TempDir
    private Path directory;

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private final ClusterOperator operator = new ClusterOperator("127.0.0.1:" + ports.broker(), CLUSTER);
    private LauncherProcess undermoon;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        undermoon = new LauncherProcess(directory, IMPATIENT);
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--proxies=2",
                "--cluster=" + CLUSTER + ":4",
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        assertThat(up.exitCode()).as(up.output()).isZero();
        operator.awaitReplicas();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        undermoon.run("down");
    }

    @Test
    void clients_notice_nothing_of_restarts_and_of_failovers_on_demand() throws IOException, InterruptedException {
        Map<String, ProcessIdentity> before = processes();
        StringClient client = StringClients.jedis(ports.proxyResp(0));
        try (BackgroundWriter writer = new BackgroundWriter(client).start()) {
            awaitWrites(writer);
            failOverByCommand();
            awaitWrites(writer);
            await("masters are evened out by themselves")
                    .atMost(LIMIT)
                    .until(() -> masterProxies().size() == 2);
            awaitWrites(writer);

            operator.awaitReplicas();
            LauncherProcess.Result restart = undermoon.run("rolling-restart");
            assertThat(restart.exitCode()).as(restart.output()).isZero();
            awaitWrites(writer);
            writer.stop();

            assertThat(writer.failures())
                    .as("errors that the client has not mended itself")
                    .isZero();
            for (long i = 0; i < writer.acknowledged(); i++) {
                assertThat(client.get(BackgroundWriter.key(i))).isEqualTo(Long.toString(i));
            }
        }
        Map<String, ProcessIdentity> after = processes();
        assertThat(after).containsOnlyKeys(before.keySet());
        before.forEach((service, process) -> {
            assertThat(after.get(service)).as(service).isNotEqualTo(process);
            assertThat(LiveProcesses.isRunning(after.get(service))).as(service).isTrue();
        });
    }

    /** As a Redis client does it: at the port where a proxy is a replica. */
    private void failOverByCommand() throws IOException {
        try (Jedis master = new Jedis("127.0.0.1", ports.proxyResp(0));
                Jedis replica = new Jedis("127.0.0.1", ports.proxyReplica(0))) {
            assertThat(replica.clusterFailover()).isEqualTo("OK");
            await("both masters are there")
                    .atMost(LIMIT)
                    .until(() -> masterProxies().size() == 1);
            assertThat(masterProxies()).containsOnly(new ProxyAddress("127.0.0.1:" + ports.proxyResp(0)));
            await("it serves all slots")
                    .atMost(LIMIT)
                    .until(() -> master.clusterNodes().contains(" 0-16383"));
        }
    }

    private List<ProxyAddress> masterProxies() throws IOException {
        return operator.masters().stream().map(Node::proxyAddress).distinct().toList();
    }

    private static void awaitWrites(BackgroundWriter writer) {
        long before = writer.acknowledged();
        await("clients write").atMost(LIMIT).until(() -> writer.acknowledged() > before + MUCH);
    }

    private Map<String, ProcessIdentity> processes() {
        Map<String, ProcessIdentity> processes = new HashMap<>();
        new DataDirectory(directory)
                .load()
                .orElseThrow()
                .processes()
                .forEach((name, service) -> processes.put(name, service.process()));
        return processes;
    }
}
