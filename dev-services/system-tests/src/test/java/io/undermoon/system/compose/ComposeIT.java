package io.undermoon.system.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.testsupport.RedisCli;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The walk-through of the Compose file. Every address of 127.0.0.0/8 is needed, as Linux has them. */
@EnabledOnOs(OS.LINUX)
class ComposeIT {
    @TempDir
    private Path directory;

    @Test
    void the_steps_of_the_walk_through_work() throws Exception {
        assumeTrue(RedisCli.isInstalled(), "needs redis-cli");
        ComposeFile file = ComposeFile.read(WalkThrough.COMPOSE);
        assertThat(file.services()).hasSize(1 + 1 + 6 + 12);
        try (ComposeProcesses processes = new ComposeProcesses(service -> WalkThrough.CHECKOUT, directory, file)) {
            WalkThrough.take(processes);
        }
    }
}
