package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.system.testing.BackgroundWriter;
import io.undermoon.system.testing.ClusterOperator;
import io.undermoon.system.testing.LiveStack;
import io.undermoon.system.testing.StringClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Planned work on a system of real processes while clients as applications have them write. */
class RollingRestartIT {
    private static final ClusterName CLUSTER = new ClusterName("demo");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WRITERS = 4;
    private static final int MUCH = 300;

    /** So that masters are evened out within the test. */
    private static final Map<String, String> IMPATIENT = Map.of("UNDERMOON_AUTO_BALANCE_DELAY", "1s");

    @TempDir
    private Path directory;

    private LiveStack stack;
    private ClusterOperator operator;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        stack = new LiveStack(directory, CLUSTER, 4, 2, IMPATIENT);
        operator = stack.operator();
        operator.awaitReplicas();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stack.down();
    }

    /** Up to 4,000 writes per second. */
    @Test
    void clients_notice_nothing_of_restarts_and_of_failovers_on_demand() throws IOException, InterruptedException {
        Map<String, ProcessIdentity> before = stack.processes();
        List<BackgroundWriter> writers =
                IntStream.range(0, WRITERS).mapToObj(this::writer).toList();
        try {
            awaitWrites(writers);
            failOverByCommand();
            awaitWrites(writers);
            await("masters are evened out by themselves")
                    .atMost(LIMIT)
                    .until(() -> masterProxies().size() == 2);
            awaitWrites(writers);

            operator.awaitReplicas();
            LauncherProcess.Result restart = stack.run("rolling-restart");
            assertThat(restart.exitCode()).as(restart.output()).isZero();
            awaitWrites(writers);
        } finally {
            for (BackgroundWriter writer : writers) {
                writer.close();
            }
        }

        Set<String> keys = keysOfMasters();
        for (int number = 0; number < WRITERS; number++) {
            BackgroundWriter writer = writers.get(number);
            String prefix = prefix(number);
            assertThat(writer.failures())
                    .as("errors that the client has not mended itself")
                    .isZero();
            assertThat(LongStream.range(0, writer.acknowledged()).mapToObj(key -> prefix + key))
                    .as("acknowledged writes")
                    .allMatch(keys::contains);
        }
        assertAllRestarted(before);
    }

    private void assertAllRestarted(Map<String, ProcessIdentity> before) {
        Map<String, ProcessIdentity> after = stack.processes();
        assertThat(after).containsOnlyKeys(before.keySet());
        before.forEach((service, process) -> {
            ProcessIdentity now = after.get(service);
            assertThat(now).as(service).isNotEqualTo(process);
            assertThat(LiveProcesses.isRunning(now)).as(service).isTrue();
        });
    }

    private BackgroundWriter writer(int number) {
        return new BackgroundWriter(StringClients.jedis(stack.ports().proxyResp(0)), prefix(number)).start();
    }

    private static String prefix(int writer) {
        return "writer-" + writer + ":";
    }

    private Set<String> keysOfMasters() throws IOException {
        Set<String> keys = new HashSet<>();
        for (Node master : operator.masters()) {
            HostPort address = HostPort.parse(master.address().value());
            try (Jedis node = new Jedis(address.host(), address.port())) {
                keys.addAll(node.keys("*"));
            }
        }
        return keys;
    }

    /** As a Redis client does it: at the port where a proxy is a replica. */
    private void failOverByCommand() throws IOException {
        try (Jedis master = new Jedis("127.0.0.1", stack.ports().proxyResp(0));
                Jedis replica = new Jedis("127.0.0.1", stack.ports().proxyReplica(0))) {
            assertThat(replica.clusterFailover()).isEqualTo("OK");
            await("both masters are there")
                    .atMost(LIMIT)
                    .until(() -> masterProxies().size() == 1);
            assertThat(masterProxies())
                    .containsOnly(new ProxyAddress("127.0.0.1:" + stack.ports().proxyResp(0)));
            await("it serves all slots")
                    .atMost(LIMIT)
                    .until(() -> master.clusterNodes().contains(" 0-16383"));
        }
    }

    private List<ProxyAddress> masterProxies() throws IOException {
        return operator.masters().stream().map(Node::proxyAddress).distinct().toList();
    }

    private static void awaitWrites(List<BackgroundWriter> writers) {
        for (BackgroundWriter writer : writers) {
            long before = writer.acknowledged();
            await("clients write").atMost(LIMIT).until(() -> writer.acknowledged() > before + MUCH);
        }
    }
}
