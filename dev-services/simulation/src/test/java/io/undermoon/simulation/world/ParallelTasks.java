package io.undermoon.simulation.world;

import java.util.concurrent.Executor;

/**
 * Runs tasks of a process one after another as if they ran beside each other: each begins at the time at which the
 * first did. The process goes on at the end of the longest, from {@link #join} on.
 */
public final class ParallelTasks implements Executor {
    private final World world;
    private final SimProcess process;
    private long lastEnd;

    public ParallelTasks(World world, SimProcess process) {
        this.world = world;
        this.process = process;
    }

    @Override
    public void execute(Runnable task) {
        long start = world.nowNanos() + process.aheadNanos();
        boolean before = process.isParallel();
        process.setParallel(true);
        try {
            task.run();
        } finally {
            process.setParallel(before);
            lastEnd = Math.max(lastEnd, world.nowNanos() + process.aheadNanos());
            process.setAheadNanos(Math.max(0, start - world.nowNanos()));
        }
    }

    /** Lets the time pass that the longest task has taken. */
    public void join() {
        process.setAheadNanos(Math.max(process.aheadNanos(), lastEnd - world.nowNanos()));
    }
}
