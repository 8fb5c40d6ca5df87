package io.undermoon.simulation.world;

import java.util.ArrayList;
import java.util.List;

/**
 * A process of the simulated system: it is alive or has been killed, may be paused, and has clocks of its own. What it
 * has scheduled is lost when it is killed and late when it was paused. Belongs to the thread of its world.
 */
public final class SimProcess {
    private final World world;
    private final String name;
    private final String host;
    private final int number;

    private int generation;
    private boolean alive;
    private boolean paused;

    /** Whether it waits for the answer to a call; what happens to it meanwhile waits, too. */
    private boolean blocked;

    /** Whether some calls let the world go on until they are answered. The others only take time on its own clock. */
    private boolean waits = true;

    /** Whether it carries out one of several tasks that run beside each other. */
    private boolean parallel;

    /** Whether calls end at once and take no time. */
    private boolean timeless;

    /** How much later it is for the process than for the world, because of calls that ended at once. */
    private long aheadNanos;

    /** Until when it is busy with what it has done ahead of time. */
    private long busyUntilNanos;

    /** What its monotonic clock lacks, because the machine was suspended. */
    private long suspendedNanos;

    private final List<World.Event> deferred = new ArrayList<>();

    SimProcess(World world, String name, String host, int number) {
        this.world = world;
        this.name = name;
        this.host = host;
        this.number = number;
    }

    public String name() {
        return name;
    }

    public String host() {
        return host;
    }

    int number() {
        return number;
    }

    public boolean isAlive() {
        return alive;
    }

    public boolean isPaused() {
        return paused;
    }

    /** Whether it is alive and not paused. */
    public boolean isRunning() {
        return alive && !paused;
    }

    /** The number of its present life. */
    public int generation() {
        return generation;
    }

    /** Begins a life; the process has nothing to do yet. */
    public void start() {
        alive = true;
        paused = false;
        busyUntilNanos = 0;
        suspendedNanos = 0;
        world.trace().note(world.nowNanos(), name + " starts");
    }

    /** Ends the life: nothing that it has scheduled happens any more. */
    public void kill() {
        generation++;
        alive = false;
        paused = false;
        deferred.clear();
        world.trace().note(world.nowNanos(), name + " is killed");
    }

    /** As SIGSTOP. */
    public void pause() {
        paused = true;
        world.trace().note(world.nowNanos(), name + " is paused");
    }

    /**
     * As SIGCONT.
     *
     * @param suspendedFor what its monotonic clock has not counted, for a machine that was suspended; else 0
     */
    public void resume(long suspendedFor) {
        paused = false;
        suspendedNanos += suspendedFor;
        world.trace().note(world.nowNanos(), name + " goes on");
        runDeferred();
    }

    void runDeferred() {
        if (paused || blocked) {
            return;
        }
        List<World.Event> late = List.copyOf(deferred);
        deferred.clear();
        late.forEach(world::again);
    }

    void defer(World.Event event) {
        deferred.add(event);
    }

    boolean isHeldUp() {
        return paused || blocked;
    }

    void setBlocked(boolean isBlocked) {
        this.blocked = isBlocked;
    }

    /** Has all its calls end at once. */
    public SimProcess withoutWaiting() {
        waits = false;
        return this;
    }

    boolean waits() {
        return waits && !timeless;
    }

    boolean isParallel() {
        return parallel;
    }

    void setParallel(boolean isParallel) {
        this.parallel = isParallel;
    }

    boolean isTimeless() {
        return timeless;
    }

    void setTimeless(boolean isTimeless) {
        this.timeless = isTimeless;
    }

    long aheadNanos() {
        return aheadNanos;
    }

    void setAheadNanos(long nanos) {
        this.aheadNanos = nanos;
    }

    long busyUntilNanos() {
        return busyUntilNanos;
    }

    void setBusyUntilNanos(long nanos) {
        this.busyUntilNanos = nanos;
    }

    /** Its {@link System#nanoTime}. */
    public long monotonicNanos() {
        return world.nowNanos() + aheadNanos - suspendedNanos;
    }

    /** Its wall clock. */
    public long wallMillis() {
        return World.START_MILLIS + (world.nowNanos() + aheadNanos) / World.MILLI;
    }

    @Override
    public String toString() {
        return name;
    }
}
