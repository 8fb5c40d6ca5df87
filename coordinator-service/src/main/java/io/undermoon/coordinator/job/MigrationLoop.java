package io.undermoon.coordinator.job;

import io.undermoon.coordinator.migrate.MigrationCommit;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The loop of migrations, on its own thread: one round per interval, and while slots move a look several times a second
 * whether a move is finished, so that its commit does not wait for the next round.
 */
final class MigrationLoop implements AutoCloseable {
    static final Duration WHILE_SLOTS_MOVE = Duration.ofMillis(100);

    private final MigrationCommit migrations;
    private final LoopRunner runner;
    private final Duration interval;
    private final LongSupplier nanoClock;
    private final RepeatedStep thread = new RepeatedStep("migration-loop", this::step);
    private long dueNanos;

    /**
     * @param nanoClock as {@link System#nanoTime}
     */
    MigrationLoop(MigrationCommit migrations, LoopRunner runner, Duration interval, LongSupplier nanoClock) {
        this.migrations = migrations;
        this.runner = runner;
        this.interval = interval;
        this.nanoClock = nanoClock;
        this.dueNanos = nanoClock.getAsLong();
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.close();
    }

    /** One round, or one look for finished moves before the next round is due; returns the pause before the next. */
    Duration step() {
        if (nanoClock.getAsLong() - dueNanos >= 0) {
            dueNanos = nanoClock.getAsLong() + interval.toNanos();
            runner.run(ScheduledLoops.MIGRATE, migrations::round);
        } else {
            runner.run(ScheduledLoops.MIGRATE, migrations::endFinished);
        }
        Duration left = Duration.ofNanos(Math.max(0, dueNanos - nanoClock.getAsLong()));
        return migrations.areRunning() && left.compareTo(WHILE_SLOTS_MOVE) > 0 ? WHILE_SLOTS_MOVE : left;
    }
}
