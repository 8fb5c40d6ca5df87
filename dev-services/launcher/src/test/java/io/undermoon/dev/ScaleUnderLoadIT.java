package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.process.LiveProcesses;
import io.undermoon.dev.process.ProcessIdentity;
import io.undermoon.dev.stack.PortLayout;
import io.undermoon.dev.state.DataDirectory;
import io.undermoon.dev.testing.CheckRun;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A system of real processes under the load of the consistency checker, while an operator works on it. {@code
 * -Dundermoon.check.duration=PT10M} has the checker write for so long at least, and the steps come again until then.
 */
class ScaleUnderLoadIT {
    private static final Duration LEAST_DURATION =
            Duration.parse(System.getProperty("undermoon.check.duration", "PT15S"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ClusterName CLUSTER = new ClusterName("scaled");
    private static final int PROXIES = 2;
    private static final int STEPS_PER_SECOND = 1500;
    private static final int MUCH = 1500;

    @TempDir
    private Path directory;

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private LauncherProcess undermoon;
    private DataDirectory data;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        undermoon = new LauncherProcess(directory);
        data = new DataDirectory(directory);
        up();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        undermoon.run("down");
    }

    @Test
    void clients_notice_nothing() throws IOException, InterruptedException {
        long end = System.nanoTime() + LEAST_DURATION.toNanos();
        try (CheckRun run = CheckRun.start(STEPS_PER_SECOND, false, PATIENCE, ports.proxyResp(0), ports.proxyResp(1))) {
            do {
                killAndRestart(run, "coordinator-1");
                killAndRestart(run, "broker");
            } while (System.nanoTime() - end < 0);

            Verdict verdict = run.stopWriting().verify();

            System.out.println(verdict);
            assertThat(verdict.passed()).as(verdict.toString()).isTrue();
            assertThat(verdict.replicas()).isPositive();
        }
    }

    private void killAndRestart(CheckRun run, String service) throws IOException, InterruptedException {
        run.awaitCommands(MUCH);
        ProcessIdentity process =
                data.load().orElseThrow().processes().get(service).process();
        LiveProcesses.kill(process);
        await(service + " has ended").atMost(PATIENCE).until(() -> !LiveProcesses.isRunning(process));
        run.awaitCommands(MUCH);
        up();
        run.awaitCommands(MUCH);
    }

    /** Starts the stack, or what is missing of it. */
    private void up() throws IOException, InterruptedException {
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--proxies=" + PROXIES,
                "--cluster=" + CLUSTER + ":4",
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        assertThat(up.exitCode()).as(up.output()).isZero();
    }
}
