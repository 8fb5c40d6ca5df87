package io.undermoon.dev.bench.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.migration.MigrationReport.Load;
import io.undermoon.dev.bench.migration.MigrationReport.Move;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrationTableTest {
    @Test
    void shows_what_is_left_of_the_throughput_and_ratios_of_times() {
        String text = MigrationTable.render(new MigrationReport(
                new Machine(2, "os", "java", "redis", 0, "load"),
                100,
                50,
                512,
                4,
                List.of(
                        move("redis-cli", 40, 10_000, Map.of()),
                        new Move("redis-cli", Load.IDLE, 20, 1, null, null, null),
                        move("undermoon", 10, 30_000, Map.of("ERR no", 3L)),
                        new Move("undermoon", Load.IDLE, 15, 1, null, null, null))));

        assertThat(text.lines().filter(line -> line.startsWith("undermoon  saturating")))
                .singleElement()
                .asString()
                .contains(" 0.75 ", " 10.0 ", " 6.25       7.5 ", " 3");
        assertThat(text)
                .contains("saturating ours takes 0.25 of redis-cli's time")
                .contains("idle       ours takes 0.75 of redis-cli's time")
                .contains("3 x undermoon: ERR no");
    }

    private static Move move(String subject, double seconds, double during, Map<String, Long> errors) {
        return new Move(
                subject,
                Load.SATURATING,
                seconds,
                1,
                phase(40_000, Map.of()),
                phase(during, errors),
                phase(40_000, Map.of()));
    }

    private static Phase phase(double commandsPerSecond, Map<String, Long> errors) {
        return new Phase(10, commandsPerSecond, 1, 2, 3, 4, 6.25, 7.5, 5, errors);
    }
}
