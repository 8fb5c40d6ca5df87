package io.undermoon.dev.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.testsupport.RedisBinary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, adopting and stopping with the one kind of service that needs no build: Redis. */
class ProcessSetTest {
    @TempDir
    private Path root;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Progress progress = new Progress(new PrintStream(output, true, StandardCharsets.UTF_8));
    private DataDirectory data;
    private StackShape shape;
    private List<ServiceSpec> plan;
    private ProcessSet processSet;

    @BeforeEach
    void prepare() {
        data = new DataDirectory(root);
        data.lock().orElseThrow().close();
        shape = new StackShape(2, 1, false, FreePorts.layout());
        Path redisServer = RedisBinary.any();
        plan = StackPlan.of(shape, new Installation(root, data.root(), Programs.java(), redisServer)).stream()
                .filter(service -> service.kind() == ServiceKind.REDIS)
                .toList();
        processSet = new ProcessSet(data, StackState.of(shape));
    }

    @AfterEach
    void stop() {
        processSet.stop(service -> true, progress);
    }

    @Test
    void starts_all_and_writes_them_down() {
        start(processSet).run(plan, false);

        assertThat(processSet.services()).hasSize(4);
        assertThat(data.load().orElseThrow().processes()).isEqualTo(processSet.services());
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("4 Redis nodes answer");
    }

    @Test
    void a_later_run_adopts_what_runs_and_starts_what_died_with_its_data() throws IOException {
        start(processSet).run(plan, false);
        int port = plan.get(0).readiness().port();
        try (ControlConnection redis = ControlConnection.open(port)) {
            redis.call("CONFIG", "SET", "appendfsync", "always");
            assertThat(redis.call("SET", "greeting", "hello")).isEqualTo("OK");
        }
        ProcessIdentity killed = process(plan.get(0));
        ProcessIdentity kept = process(plan.get(1));
        LiveProcesses.kill(killed);
        await().until(() -> !LiveProcesses.isRunning(killed));

        processSet = new ProcessSet(data, data.load().orElseThrow());
        StackStart second = start(processSet);
        second.run(plan, false);

        assertThat(second.started()).containsExactly(plan.get(0).name());
        assertThat(process(plan.get(1))).isEqualTo(kept);
        try (ControlConnection redis = ControlConnection.open(port)) {
            assertThat(redis.call("GET", "greeting")).isEqualTo("hello");
        }
    }

    @Test
    void stops_every_process_and_forgets_it() {
        start(processSet).run(plan, false);
        List<ProcessIdentity> processes = plan.stream().map(this::process).toList();

        processSet.stop(service -> true, progress);

        assertThat(processes).noneMatch(LiveProcesses::isRunning);
        assertThat(data.load().orElseThrow().processes()).isEmpty();
    }

    @Test
    void a_start_that_is_refused_leaves_no_trace() throws IOException {
        Installation installation = new Installation(root, data.root(), Programs.java(), root);
        LocalStack stack = new LocalStack(processSet, progress, shape, installation);
        try (ServerSocket taken = new ServerSocket(plan.get(3).readiness().port())) {
            assertThatThrownBy(() -> stack.up(List.of(), Duration.ofSeconds(1)))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " is in use; "
                            + plan.get(3).name())
                    .hasMessageContaining("--base-port");
        }
        assertThatThrownBy(() -> stack.up(List.of(WantedCluster.parse("demo:8")), Duration.ofSeconds(1)))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("--proxies");
        assertThat(data.load()).isEmpty();
    }

    @Test
    void a_stack_keeps_its_ports_and_its_shape() throws IOException {
        processSet.record();
        StackShape larger = new StackShape(3, 1, false, shape.ports());
        Installation installation = new Installation(root, data.root(), Programs.java(), root);
        LocalStack stack = new LocalStack(new ProcessSet(data, StackState.of(larger)), progress, larger, installation);
        try (ServerSocket taken = new ServerSocket(shape.ports().proxyResp(2))) {
            assertThatThrownBy(() -> stack.up(List.of(), Duration.ofSeconds(1)))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " is in use")
                    .hasMessageNotContaining("--base-port");
        }
        assertThat(data.load().orElseThrow().shape()).isEqualTo(shape);
    }

    @Test
    void shows_the_end_of_the_log_when_a_service_ends_while_starting() {
        ServiceSpec redis = plan.get(0);
        ServiceSpec broken = new ServiceSpec(
                "broken",
                ServiceKind.BROKER,
                List.of("sh", "-c", "echo the disk is on fire; exit 1"),
                List.of(),
                redis.readiness());

        assertThatThrownBy(() -> {
                    processSet.start(broken);
                    await().until(() -> !processSet.isRunning("broken"));
                    processSet.requireRunning(List.of(broken));
                })
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("broken")
                .hasMessageContaining("broken.log");
    }

    @Test
    void kills_what_does_not_end_when_asked() {
        ServiceSpec stubborn = new ServiceSpec(
                "stubborn",
                ServiceKind.PROXY,
                List.of("sh", "-c", "trap '' TERM; echo deaf; while true; do sleep 0.2; done"),
                List.of(),
                new Readiness(Readiness.Check.PING, 1));
        processSet.start(stubborn);
        ProcessIdentity process = process(stubborn);
        await().until(() -> data.log("stubborn").toFile().length() > 0);

        new StagedStop(progress, Duration.ofMillis(300)).stop(processSet.services());

        assertThat(LiveProcesses.isRunning(process)).isFalse();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("did not end");
    }

    @Test
    void nothing_starts_any_more_once_it_is_closed() {
        processSet.close(progress);

        assertThatThrownBy(() -> processSet.start(plan.get(0))).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> processSet.requireRunning(plan)).isInstanceOf(CancellationException.class);
    }

    private StackStart start(ProcessSet of) {
        return new StackStart(of, progress, new Await(progress, Duration.ofSeconds(30), of::requireOpen));
    }

    private ProcessIdentity process(ServiceSpec service) {
        return processSet.services().get(service.name()).process();
    }
}
