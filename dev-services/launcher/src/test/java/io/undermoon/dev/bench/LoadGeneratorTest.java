package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.BenchPlan;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Very short runs against a real redis-server, which counts for itself. */
class LoadGeneratorTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    private static Path directory;

    private static ProcessIdentity redis;
    private static LoadTarget target;

    private final LoadGenerator generator = new LoadGenerator();

    @BeforeAll
    static void startRedis() {
        Path program = RedisBinary.any();
        int port = Ports.freeBlock(3);
        ServiceSpec service = new BenchPlan(port, port + 1, port + 2, 1)
                .redis(new Installation(directory, directory, Programs.java(), program));
        redis = ServiceStarter.start(service, directory, directory.resolve("redis.log"));
        Awaitility.await().until(() -> Probe.isReady(service.readiness()));
        target = new LoadTarget("redis", new HostPort("127.0.0.1", port), OptionalLong.of(redis.pid()));
    }

    @AfterAll
    static void stopRedis() {
        LiveProcesses.kill(redis);
    }

    @ParameterizedTest
    @EnumSource
    void every_command_sent_is_counted_once(Workload workload) throws IOException {
        for (int pipeline : new int[] {1, 7}) {
            Cell cell = new Cell(workload, 100, 3, pipeline);
            Preload.run(target, cell);
            long before = commandsOf(workload);

            Load load = generator.run(target, cell, SHORT, SHORT);

            assertThat(commandsOf(workload) - before).isEqualTo(load.allReplies());
            assertThat(load.replies()).isPositive().isLessThan(load.allReplies());
            assertThat(load.latencyNanos().getTotalCount()).isEqualTo(load.replies());
            assertThat(load.elapsed()).isGreaterThanOrEqualTo(SHORT);
        }
        generator.close();
    }

    @Test
    void values_are_found_with_their_size() throws IOException {
        Preload.run(target, new Cell(Workload.GET, 300, 1, 1));
        try (ControlConnection connection = ControlConnection.open(port())) {
            assertThat(connection.call(
                            "STRLEN", Workload.GET.command(1, 0, 10, "").get(1)))
                    .isEqualTo("300");
            assertThat(connection.call(
                            "STRLEN", Workload.MGET.command(1, 9, 10, "").get(2)))
                    .isEqualTo("300");
        }
        generator.close();
    }

    @Test
    void a_target_that_answers_with_errors_is_not_measured() throws IOException {
        try (ControlConnection connection = ControlConnection.open(port())) {
            connection.call("CONFIG", "SET", "requirepass", "secret");
            try {
                assertThatThrownBy(() -> generator.run(target, new Cell(Workload.GET, 1, 2, 1), SHORT, SHORT))
                        .isInstanceOf(LaunchException.class)
                        .hasMessageContaining("NOAUTH");
            } finally {
                connection.call("CONFIG", "SET", "requirepass", "");
            }
        }
        generator.close();
    }

    @Test
    void a_target_that_does_not_listen_is_named() {
        LoadTarget absent =
                new LoadTarget("absent", new HostPort("127.0.0.1", Ports.freeBlock(1)), OptionalLong.empty());
        assertThatThrownBy(() -> generator.run(absent, new Cell(Workload.GET, 1, 2, 1), SHORT, SHORT))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("absent");
        generator.close();
    }

    private static int port() {
        return target.address().port();
    }

    /** How many commands of the workload's kinds the server has executed. */
    private static long commandsOf(Workload workload) throws IOException {
        try (ControlConnection connection = ControlConnection.open(port())) {
            return String.valueOf(connection.call("INFO", "commandstats"))
                    .lines()
                    .filter(line -> counts(workload, line))
                    .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                    .sum();
        }
    }

    private static boolean counts(Workload workload, String line) {
        return switch (workload) {
            case GET -> line.startsWith("cmdstat_get:");
            case SET -> line.startsWith("cmdstat_set:");
            case MGET -> line.startsWith("cmdstat_mget:");
            case MIXED -> line.startsWith("cmdstat_get:") || line.startsWith("cmdstat_set:");
        };
    }
}
