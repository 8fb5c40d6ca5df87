package io.undermoon.dev.bench.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.bench.controlplane.ControlPlaneReport.Change;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.testsupport.RedisBinary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real broker and coordinator with as many proxies as make a difference: they are told what has changed. */
class ControlPlaneBenchmarkIT {
    private static final int PROXIES = 164;

    /** What a proxy had to be sent of one change before: all that it knows of the others, some 100 bytes of each. */
    private static final long WHOLE_BYTES = PROXIES * 100L;

    @TempDir
    private Path directory;

    @Test
    void a_change_reaches_all_proxies_and_is_much_smaller_than_the_metadata() {
        Installation installation = new Installation(
                LauncherProcess.CHECKOUT, directory.resolve("data"), Programs.java(), RedisBinary.any());
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

        ControlPlaneReport report = new ControlPlaneBenchmark(
                        installation, PROXIES, 1, Duration.ZERO, Duration.ofSeconds(1), 2)
                .run(progress);

        assertThat(report.changes()).extracting(Change::name).containsExactly("creation", "failover", "failover");
        for (Change change : report.changes().subList(1, 3)) {
            assertThat(change.bytesToProxies()).isBetween(PROXIES * 100L, PROXIES * WHOLE_BYTES / 5);
            assertThat(change.firstMillis()).isLessThanOrEqualTo(change.allMillis());
        }
        assertThat(report.idleCpuPercent()).containsOnlyKeys("broker", "coordinator-1");
        assertThat(ControlPlaneTable.render(report)).contains("broker", "creation", "failover");
    }
}
