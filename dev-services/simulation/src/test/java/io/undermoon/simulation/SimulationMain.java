package io.undermoon.simulation;

import io.undermoon.simulation.loader.DeterministicClasses;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** Scratch. */
public final class SimulationMain {
    public static void main(String[] args) throws Exception {
        if (args.length > 3) { System.setProperty("java.util.logging.SimpleFormatter.format", "LOG %5$s%n"); } else {
        java.util.logging.Logger.getLogger("io.undermoon").setLevel(java.util.logging.Level.OFF); }
        if (args.length <= 3) java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.OFF);
        LongFunction<Map<String, Object>> sim = load();
        long from = Long.parseLong(args[0]);
        long to = Long.parseLong(args[1]);
        Map<String, Integer> seen = new TreeMap<>();
        Map<String, Integer> wrong = new TreeMap<>();
        long start = System.nanoTime();
        long events = 0;
        double simulated = 0;
        for (long seed = from; seed < to; seed++) {
            Map<String, Object> result = sim.apply(seed);
            events += (Long) result.get("events");
            simulated += (Long) result.get("nanos") / 1e9;
            for (Object name : (java.util.List<?>) result.get("seen")) {
                seen.merge((String) name, 1, Integer::sum);
            }
            if (result.containsKey("violation")) {
                String v = (String) result.get("violation");
                int count = wrong.merge(v.substring(0, Math.min(v.length(), 40)), 1, Integer::sum);
                if (count <= 3) {
                    System.out.println("seed " + seed + ": " + v);
                }
                if (args.length > 2) {
                    System.out.println(result.get("story"));
                }
            }
            if (args.length > 2) {
                System.out.println(seed + " hash " + Long.toHexString((Long) result.get("hash")));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%d schedules in %.1f s: %.0f a minute, %.0f events each, %.1f s simulated each%n%s%n%s%n", to - from, seconds, (to - from) / seconds * 60, (double) events / (to - from), simulated / (to - from), seen, wrong);
    }

    @SuppressWarnings("unchecked")
    static LongFunction<Map<String, Object>> load() throws Exception {
        ClassLoader loader = new DeterministicClasses(SimulationMain.class.getClassLoader(), null);
        return (LongFunction<Map<String, Object>>)
                loader.loadClass("io.undermoon.simulation.Simulation").getConstructor().newInstance();
    }
}
