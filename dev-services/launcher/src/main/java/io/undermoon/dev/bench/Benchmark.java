package io.undermoon.dev.bench;

import io.undermoon.dev.bench.BenchReport.Row;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.ThreadAllocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Measures targets cell by cell. In each cell the targets take turns for several rounds, so that other load on the
 * machine affects all of them alike; the result is the median of the rounds. One measurement is a run of the load
 * generator for latencies, then one of redis-benchmark for throughput and CPU time where it is installed and supports
 * the load.
 */
public final class Benchmark implements AutoCloseable {
    /** The start of each run, when connections are new, is left out. */
    private static final Duration RUN_UP = Duration.ofMillis(150);

    private final List<LoadTarget> targets;
    private final int rounds;
    private final Duration duration;
    private final Progress progress;
    private final LoadGenerator generator = new LoadGenerator();
    private final Optional<RedisBenchmark> redisBenchmark = RedisBenchmark.installed();
    private int storedBytes;

    /**
     * @param targets the first is what the others are compared with
     * @param duration of each of the two runs of a measurement, about
     */
    public Benchmark(List<LoadTarget> targets, int rounds, Duration duration, Progress progress) {
        this.targets = List.copyOf(targets);
        this.rounds = rounds;
        this.duration = duration;
        this.progress = progress;
    }

    /** The programs that make the load, in words. */
    public String load() {
        return redisBenchmark.isPresent()
                ? "redis-benchmark (throughput, CPU), own generator (latency; all of MIXED)"
                : "own generator, as redis-benchmark is not installed";
    }

    /**
     * Puts load on every target, one burst size after the other, before anything is measured, so that code gets
     * compiled.
     */
    public void warmUp(Duration time) {
        for (Workload workload : List.of(Workload.MIXED, Workload.MGET)) {
            for (int pipeline : List.of(1, 16)) {
                Cell cell = new Cell(workload, 64, 50, pipeline);
                store(cell);
                for (LoadTarget target : targets) {
                    generator.run(target, cell, Duration.ZERO, time.dividedBy(4));
                }
            }
        }
    }

    /** Measures cell after cell. */
    public List<Row> run(List<Cell> cells) {
        List<Row> rows = new ArrayList<>();
        for (Cell cell : cells) {
            progress.step("measuring " + cell);
            store(cell);
            rows.add(new Row(cell, measure(cell)));
        }
        return rows;
    }

    private void store(Cell cell) {
        if (cell.valueBytes() != storedBytes) {
            targets.forEach(target -> Preload.run(target, cell));
            storedBytes = cell.valueBytes();
        }
    }

    private Map<String, Figures> measure(Cell cell) {
        Map<String, Tally> tallies = new LinkedHashMap<>();
        targets.forEach(target -> tallies.put(target.name(), new Tally(target)));
        for (int round = 0; round < rounds; round++) {
            tallies.values().forEach(tally -> tally.add(cell));
        }
        Map<String, Figures> figures = new LinkedHashMap<>();
        tallies.forEach((name, tally) -> figures.put(name, tally.median()));
        return figures;
    }

    /** What is gathered of one target in one cell. */
    private final class Tally {
        private final LoadTarget target;
        private final OptionalLong allocatedBefore;
        private final List<Figures> measured = new ArrayList<>();
        private long commands;

        Tally(LoadTarget target) {
            this.target = target;
            this.allocatedBefore = allocated();
        }

        void add(Cell cell) {
            Load load = generator.run(target, cell, RUN_UP, duration);
            commands += load.allReplies();
            Rate rate = redisBenchmark.isPresent() && RedisBenchmark.canDo(cell.workload())
                    ? rate(redisBenchmark.get(), cell, load)
                    : new Rate(load.repliesPerSecond(), micros(load.targetCpu(), load.replies()), null);
            measured.add(new Figures(
                    rate.commandsPerSecond,
                    rate.cpuMicros,
                    load.latencyMicros(50),
                    load.latencyMicros(99),
                    load.latencyMicros(99.9),
                    null,
                    load.generatorBusy(),
                    rate.node));
        }

        Figures median() {
            OptionalLong allocatedAfter = allocated();
            Double bytes = allocatedBefore.isPresent() && allocatedAfter.isPresent()
                    ? (double) (allocatedAfter.getAsLong() - allocatedBefore.getAsLong()) / commands
                    : null;
            return Figures.median(measured).withAllocatedBytes(bytes);
        }

        private Rate rate(RedisBenchmark program, Cell cell, Load load) {
            long count = Math.max(cell.connections(), (long) (load.repliesPerSecond() * duration.toNanos() / 1e9));
            count = (count / cell.pipeline() + 1) * cell.pipeline();
            NodeLoad nodeBefore = target.node().map(NodeLoad.Node::load).orElse(null);
            Duration before = target.cpu();
            double commandsPerSecond = program.run(target, cell, count);
            commands += count;
            Double cpu = micros(target.cpu().minus(before), count);
            NodeFigures node = nodeBefore == null
                    ? null
                    : target.node().orElseThrow().load().since(nodeBefore, count);
            return new Rate(commandsPerSecond, cpu, node);
        }

        private @Nullable Double micros(Duration cpu, long count) {
            return target.pid().isPresent() ? cpu.toNanos() / 1e3 / count : null;
        }

        private OptionalLong allocated() {
            return target.pid().isPresent() ? ThreadAllocation.of(target.pid().getAsLong()) : OptionalLong.empty();
        }
    }

    private record Rate(
            double commandsPerSecond,
            @Nullable Double cpuMicros,
            @Nullable NodeFigures node) {}

    @Override
    public void close() {
        generator.close();
    }
}
