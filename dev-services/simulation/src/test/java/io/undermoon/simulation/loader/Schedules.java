package io.undermoon.simulation.loader;

import io.undermoon.testsupport.faults.PlantedFault;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs schedules in classes of their own, see {@link DeterministicClasses}. */
public final class Schedules {
    private static final String SIMULATION = "io.undermoon.simulation.Simulation";

    private final LongFunction<Map<String, Object>> simulation;

    private Schedules(LongFunction<Map<String, Object>> simulation) {
        this.simulation = simulation;
    }

    /**
     * How a schedule has ended.
     *
     * @param violation what was violated; null if nothing was
     * @param lastEvents the last lines of what happened; empty if nothing was violated
     * @param seen the conditions that were reached
     * @param hash of all that happened
     */
    public record Result(
            long seed,
            @Nullable String violation,
            String lastEvents,
            List<String> seen,
            long hash,
            double simulatedSeconds) {
        /** What a person needs to know of a violation. */
        public String story() {
            return "seed " + seed + ": " + violation + "\n" + lastEvents + "\nRun it again with:\n"
                    + "mvn verify -pl dev-services/simulation -am -Dtest=SimulationTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -DskipITs -Dundermoon.simulation.seeds=1"
                    + " -Dundermoon.simulation.first=" + seed;
        }
    }

    /** Schedules of the product as it is. */
    public static Schedules ofProduct() {
        return of(null);
    }

    /** Schedules of the product with a fault planted. */
    public static Schedules of(@Nullable PlantedFault fault) {
        // Thousands of failovers would say what they do.
        Logger.getLogger("io.undermoon").setLevel(Level.OFF);
        DeterministicClasses classes = new DeterministicClasses(Schedules.class.getClassLoader(), fault);
        return new Schedules(simulation(classes));
    }

    @SuppressWarnings("unchecked")
    private static LongFunction<Map<String, Object>> simulation(ClassLoader classes) {
        try {
            return (LongFunction<Map<String, Object>>)
                    classes.loadClass(SIMULATION).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The conditions that have to be reached sometimes. */
    @SuppressWarnings("unchecked")
    public List<String> conditions() {
        return ((Supplier<List<String>>) simulation).get();
    }

    /** Runs one schedule. */
    @SuppressWarnings("unchecked")
    public Result run(long seed) {
        Map<String, Object> result = simulation.apply(seed);
        return new Result(
                seed,
                (String) result.get("violation"),
                (String) result.getOrDefault("story", ""),
                (List<String>) result.get("seen"),
                (Long) result.get("hash"),
                (Long) result.get("nanos") / 1e9);
    }
}
