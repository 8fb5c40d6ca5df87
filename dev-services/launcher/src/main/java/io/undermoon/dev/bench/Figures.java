package io.undermoon.dev.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The measurements of one target in one cell.
 *
 * @param commandsPerSecond by redis-benchmark, or by the load generator where that cannot make the load
 * @param cpuMicros CPU time of the target's process for each command of that load; null if its process is not known
 * @param p50Micros latency under the load generator, as are the next two
 * @param allocatedBytes heap allocation for each command over all rounds; null if not known
 * @param generatorBusy the share of the time in which the load generator's thread was at work, 0 to 1
 * @param node what the commands of the first load cost the redis-server behind the target; null if that is not known
 */
public record Figures(
        double commandsPerSecond,
        @Nullable Double cpuMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        @Nullable Double allocatedBytes,
        double generatorBusy,
        @Nullable NodeFigures node) {
    /** Each figure the median of that figure over several rounds. */
    static Figures median(List<Figures> rounds) {
        return new Figures(
                median(rounds, Figures::commandsPerSecond),
                medianOrNull(rounds, Figures::cpuMicros),
                median(rounds, Figures::p50Micros),
                median(rounds, Figures::p99Micros),
                median(rounds, Figures::p999Micros),
                medianOrNull(rounds, Figures::allocatedBytes),
                median(rounds, Figures::generatorBusy),
                medianNode(rounds));
    }

    private static @Nullable NodeFigures medianNode(List<Figures> rounds) {
        Double cpu = medianOrNull(rounds, round -> round.node == null ? null : round.node.cpuMicros());
        Double commands = medianOrNull(rounds, round -> round.node == null ? null : round.node.commandsPerRead());
        return cpu == null || commands == null ? null : new NodeFigures(cpu, commands);
    }

    Figures withAllocatedBytes(@Nullable Double bytes) {
        return new Figures(commandsPerSecond, cpuMicros, p50Micros, p99Micros, p999Micros, bytes, generatorBusy, node);
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static @Nullable Double medianOrNull(List<Figures> rounds, NullableFigure figure) {
        boolean known = rounds.stream().allMatch(round -> figure.of(round) != null);
        return known ? median(rounds, round -> orZero(figure.of(round))) : null;
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    private interface NullableFigure {
        @Nullable
        Double of(Figures figures);
    }
}
