package io.undermoon.simulation.world;

import java.util.concurrent.Executor;

/**
 * Runs tasks of a process one after another as if they ran beside each other: each begins at the time at which the
 * first did. The process goes on at the end of the longest, from {@link #join} on.
 */
public final class ParallelTasks implements Executor {
    private final SimProcess process;
    private long longest;

    public ParallelTasks(SimProcess process) {
        this.process = process;
    }

    @Override
    public void execute(Runnable task) {
        long start = process.aheadNanos();
        boolean before = process.isParallel();
        process.setParallel(true);
        try {
            task.run();
        } finally {
            process.setParallel(before);
            longest = Math.max(longest, process.aheadNanos() - start);
            process.setAheadNanos(start);
        }
    }

    /** Lets the time pass that the longest task has taken. */
    public void join() {
        process.setAheadNanos(process.aheadNanos() + longest);
        longest = 0;
    }
}
