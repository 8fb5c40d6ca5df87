package io.undermoon.simulation.check;

import io.undermoon.simulation.world.World;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When faults have been active, which decides what may be lost. */
public final class FaultLog {
    private final World world;
    private final Map<String, Integer> activeAt = new HashMap<>();
    private final Map<String, Long> lastEndAt = new HashMap<>();
    private int active;
    private long lastEndNanos = Long.MIN_VALUE / 2;
    private int activeInControl;
    private long lastEndInControlNanos = Long.MIN_VALUE / 2;

    public FaultLog(World world) {
        this.world = world;
    }

    /**
     * A fault begins.
     *
     * @param inControl whether it may keep the control plane from seeing or doing something
     * @param hosts whose processes or connections it concerns
     */
    public void begins(boolean inControl, List<String> hosts) {
        active++;
        activeInControl += inControl ? 1 : 0;
        hosts.forEach(host -> activeAt.merge(host, 1, Integer::sum));
    }

    /** A fault ends, as {@link #begins}. */
    public void ends(boolean inControl, List<String> hosts) {
        active--;
        lastEndNanos = world.nowNanos();
        if (inControl) {
            activeInControl--;
            lastEndInControlNanos = world.nowNanos();
        }
        hosts.forEach(host -> {
            activeAt.merge(host, -1, Integer::sum);
            lastEndAt.put(host, world.nowNanos());
        });
    }

    /** Whether there has been no fault since a time. */
    boolean isQuietSince(long nanos) {
        return active == 0 && lastEndNanos < nanos;
    }

    /** Whether a host and its connections have worked since a time. */
    boolean isWellSince(String host, long nanos) {
        return activeAt.getOrDefault(host, 0) == 0 && lastEndAt.getOrDefault(host, Long.MIN_VALUE) < nanos;
    }

    /** Whether the control plane has worked since a time. */
    boolean isControlWellSince(long nanos) {
        return activeInControl == 0 && lastEndInControlNanos < nanos;
    }
}
