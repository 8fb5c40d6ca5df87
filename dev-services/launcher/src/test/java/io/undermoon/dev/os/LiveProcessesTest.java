package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveProcessesTest {
    private Process process;
    private ProcessIdentity identity;

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder("sleep", "600").start();
        identity = LiveProcesses.identify(process.pid()).orElseThrow();
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @Test
    void a_process_keeps_its_identity_while_it_runs() {
        assertThat(LiveProcesses.identify(process.pid())).contains(identity);
        assertThat(LiveProcesses.isRunning(identity)).isTrue();
    }

    @Test
    void an_ended_process_is_not_running() {
        LiveProcesses.kill(identity);

        await().until(() -> !LiveProcesses.isRunning(identity));
    }

    @Test
    void terminate_asks_it_to_end() throws InterruptedException {
        LiveProcesses.terminate(identity);

        assertThat(process.waitFor()).isEqualTo(128 + 15);
    }

    @Test
    void a_recycled_pid_is_not_touched() {
        ProcessIdentity earlier = new ProcessIdentity(identity.pid(), identity.birth() + "0");

        LiveProcesses.terminate(earlier);
        LiveProcesses.kill(earlier);

        assertThat(LiveProcesses.isRunning(earlier)).isFalse();
        assertThat(LiveProcesses.isRunning(identity)).isTrue();
    }

    @Test
    void processes_started_at_different_times_differ() {
        assertThat(LiveProcesses.identify(ProcessHandle.current().pid())
                        .orElseThrow()
                        .birth())
                .isNotEqualTo(identity.birth());
    }
}
