package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartedProcessesTest {
    @TempDir
    private Path data;

    private static ServiceSpec sleep(String name) {
        return new ServiceSpec(
                name, ServiceKind.REDIS, List.of("sleep", "600"), List.of(), new Readiness(Readiness.Check.PING, 1));
    }

    /** As a shutdown hook closes it while another thread starts one service after the other. */
    @Test
    void ends_what_was_started_and_starts_nothing_more() {
        StartedProcesses processes = new StartedProcesses(new Installation(data, data, Programs.java(), data));
        try {
            processes.start(sleep("one"));
            processes.start(sleep("two"));
            assertThat(processes.all()).hasSize(2).allMatch(LiveProcesses::isRunning);
        } finally {
            processes.close();
        }

        await().atMost(Duration.ofSeconds(10))
                .until(() -> processes.all().stream().noneMatch(LiveProcesses::isRunning));
        assertThatThrownBy(() -> processes.start(sleep("three")))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("three");
        assertThat(processes.byService()).containsOnlyKeys("one", "two");
    }
}
