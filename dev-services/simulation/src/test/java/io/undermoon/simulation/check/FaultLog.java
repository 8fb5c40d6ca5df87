package io.undermoon.simulation.check;

import io.undermoon.simulation.world.World;

/** When faults have been active, which decides what may be lost. */
public final class FaultLog {
    private final World world;
    private int active;
    private long lastEndNanos = Long.MIN_VALUE / 2;
    private int activeInControl;
    private long lastEndInControlNanos = Long.MIN_VALUE / 2;

    public FaultLog(World world) {
        this.world = world;
    }

    /** @param inControl whether it may keep the control plane from seeing or doing something */
    public void begins(boolean inControl) {
        active++;
        activeInControl += inControl ? 1 : 0;
    }

    public void ends(boolean inControl) {
        active--;
        lastEndNanos = world.nowNanos();
        if (inControl) {
            activeInControl--;
            lastEndInControlNanos = world.nowNanos();
        }
    }

    /** Whether there has been no fault since a time. */
    boolean isQuietSince(long nanos) {
        return active == 0 && lastEndNanos < nanos;
    }

    /** Whether the control plane has worked since a time. */
    boolean isControlWellSince(long nanos) {
        return activeInControl == 0 && lastEndInControlNanos < nanos;
    }
}
