package io.undermoon.dev.bench.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.dev.bench.migration.MigrationReport.Load;
import io.undermoon.dev.bench.migration.MigrationReport.Move;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.Installation;
import io.undermoon.testsupport.RedisBinary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark with few keys between two real servers: clients follow, everything is counted, nothing is an error. */
class RedisCliMigrationIT {
    @TempDir
    private Path directory;

    @Test
    void every_move_is_measured_and_clients_follow() {
        Optional<Path> redisCli = Programs.onPath("redis-cli");
        assumeTrue(redisCli.isPresent(), "redis-cli is not installed, so there is nothing to compare with");
        Path redisServer = RedisBinary.any();
        Installation installation =
                new Installation(directory, directory.resolve("data"), Programs.java(), redisServer);
        Progress progress = new Progress(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

        MigrationReport report =
                new MigrationRun(installation, redisCli, false, 5000, 100, 8, Duration.ofSeconds(1), 1).run(progress);

        assertThat(report.moves()).extracting(Move::load).containsExactly(Load.SATURATING, Load.IDLE, Load.OFFERED);
        assertThat(report.moved()).isBetween(2000, 3000);
        for (Move move : report.moves()) {
            assertThat(move.seconds()).isPositive();
            if (move.load() != Load.IDLE) {
                assertThat(move.before().commandsPerSecond()).isPositive();
                assertThat(move.during().redirections()).isPositive();
                assertThat(move.during().errors()).isEmpty();
                assertThat(move.after().errors()).isEmpty();
                assertThat(move.after().commandsPerSecond()).isPositive();
            }
        }
        assertThat(MigrationRun.render(report)).contains("saturating", "idle", "offered");
    }
}
