package io.undermoon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.simulation.check.Sometimes;
import io.undermoon.simulation.loader.Schedules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Runs schedules of faults, {@code -Dundermoon.simulation.seeds} of them from the seed {@code
 * -Dundermoon.simulation.first} on.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("undermoon.simulation.seeds", 300);
    private static final long FIRST = Long.getLong("undermoon.simulation.first", 0);

    /** From so many schedules on, every condition has to be reached. */
    private static final int ENOUGH = 300;

    /** In these slots are taken back, as in one of 400. When they do so no more, others have to be looked for. */
    private static final List<Long> RARE = List.of(735L, 1026L, 1438L);

    /** There is one schedule with hot spares, and one of a new cluster, for so many others. */
    private static final int OTHERS = 4;

    @Test
    void whatever_fails_the_promises_are_kept() {
        Schedules schedules = Schedules.ofProduct();
        Set<String> seen = new TreeSet<>();
        long start = System.nanoTime();
        double simulated = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            Schedules.Result result = schedules.run(seed);
            assertThat(result.violation()).as(result::story).isNull();
            seen.addAll(result.seen());
            simulated += result.simulatedSeconds();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%d schedules, %.0f simulated seconds each, in %.1f s: %.0f a minute%n",
                SEEDS, simulated / SEEDS, seconds, SEEDS / seconds * 60);
        if (SEEDS >= ENOUGH) {
            for (long seed : RARE) {
                Schedules.Result result = schedules.run(seed);
                assertThat(result.violation()).as(result::story).isNull();
                seen.addAll(result.seen());
            }
            assertThat(seen).as("what has to happen sometimes").containsAll(schedules.conditions());
        }
    }

    @Test
    void whatever_fails_they_are_kept_with_hot_spares() {
        Schedules schedules = Schedules.ofProduct();
        Set<String> seen = new TreeSet<>();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed += OTHERS) {
            Schedules.Result result = schedules.run(Simulation.FIRST_WITH_SPARES + seed);
            assertThat(result.violation()).as(result::story).isNull();
            seen.addAll(result.seen());
        }
        if (SEEDS >= ENOUGH) {
            assertThat(seen).contains(Sometimes.SPARE_TOOK_A_PLACE.name());
        }
    }

    @Test
    void whatever_fails_they_are_kept_by_a_cluster_that_was_just_created() {
        Schedules schedules = Schedules.ofProduct();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed += OTHERS) {
            Schedules.Result result = schedules.run(Simulation.FIRST_OF_NEW_CLUSTERS + seed);
            assertThat(result.violation()).as(result::story).isNull();
        }
    }

    @Test
    void a_seed_tells_the_same_story_again() {
        Schedules once = Schedules.ofProduct();
        Schedules again = Schedules.ofProduct();
        for (long seed = 1000; seed < 1010; seed++) {
            Schedules.Result first = once.run(seed);
            assertThat(again.run(seed)).isEqualTo(first);
            assertThat(once.run(seed)).isEqualTo(first);
        }
    }
}
