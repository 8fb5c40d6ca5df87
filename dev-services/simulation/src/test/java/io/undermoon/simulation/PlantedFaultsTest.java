package io.undermoon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.simulation.loader.Schedules;
import io.undermoon.testsupport.faults.PlantedFault;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Faults in the product, each of which the simulation has to find within a number of schedules. Those that take long
 * are looked for with {@code -Dundermoon.faults=all}.
 */
class PlantedFaultsTest {
    /** The number of schedules in which a fault is found, and the fault. */
    private static final String FAULTS = """
            """;

    private static final boolean ALL = "all".equals(System.getProperty("undermoon.faults"));
    private static final int FEW = 20;
    private static final int MARGIN = 4;

    /** A fault and how many schedules it took. */
    record Planted(int seeds, PlantedFault fault) {
        static Planted parse(String line) {
            String[] parts = line.strip().split(" ", 2);
            return new Planted(
                    Integer.parseInt(parts[0]),
                    PlantedFault.parse("io.undermoon", parts[1] + " -> simulation.SimulationTest"));
        }

        @Override
        public String toString() {
            return fault.toString();
        }
    }

    static Stream<Planted> faults() {
        return Arrays.stream(FAULTS.split("\n"))
                .filter(line -> !line.isBlank() && !line.startsWith("//"))
                .map(Planted::parse)
                .filter(planted -> ALL || planted.seeds() <= FEW);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void is_found(Planted planted) {
        Schedules schedules = Schedules.of(planted.fault());
        int limit = planted.seeds() * MARGIN;
        int needed = 0;
        for (long seed = 0; seed < limit && needed == 0; seed++) {
            if (schedules.run(seed).violation() != null) {
                needed = (int) seed + 1;
            }
        }
        assertThat(needed).as("schedules until %s is found", planted).isPositive();
    }
}
