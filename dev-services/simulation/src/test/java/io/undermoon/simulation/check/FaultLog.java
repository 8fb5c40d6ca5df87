package io.undermoon.simulation.check;

import io.undermoon.simulation.world.World;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When faults have been active, which decides what may be lost. */
public final class FaultLog {
    private final World world;
    private final Hosts all = new Hosts();
    private final Hosts withNodes = new Hosts();
    private int active;
    private long lastEndNanos = Long.MIN_VALUE / 2;
    private int activeInControl;
    private long lastEndInControlNanos = Long.MIN_VALUE / 2;

    /** Faults by host. */
    private static final class Hosts {
        private final Map<String, Integer> active = new HashMap<>();
        private final Map<String, Long> lastEnd = new HashMap<>();

        void begins(List<String> hosts) {
            hosts.forEach(host -> active.merge(host, 1, Integer::sum));
        }

        void ends(List<String> hosts, long now) {
            hosts.forEach(host -> {
                active.merge(host, -1, Integer::sum);
                lastEnd.put(host, now);
            });
        }

        boolean areNoneSince(String host, long nanos) {
            return active.getOrDefault(host, 0) == 0 && lastEnd.getOrDefault(host, Long.MIN_VALUE) < nanos;
        }
    }

    public FaultLog(World world) {
        this.world = world;
    }

    /**
     * A fault begins.
     *
     * @param inControl whether it may keep the control plane from seeing or doing something
     * @param hosts whose processes or connections it concerns
     * @param ofProxy whether it is that of a proxy's process alone, so that nodes and connections work as before
     */
    public void begins(boolean inControl, List<String> hosts, boolean ofProxy) {
        active++;
        activeInControl += inControl ? 1 : 0;
        all.begins(hosts);
        if (!ofProxy) {
            withNodes.begins(hosts);
        }
    }

    /** A fault ends, as {@link #begins}. */
    public void ends(boolean inControl, List<String> hosts, boolean ofProxy) {
        active--;
        lastEndNanos = world.nowNanos();
        if (inControl) {
            activeInControl--;
            lastEndInControlNanos = world.nowNanos();
        }
        all.ends(hosts, world.nowNanos());
        if (!ofProxy) {
            withNodes.ends(hosts, world.nowNanos());
        }
    }

    /** Whether there has been no fault since a time. */
    boolean isQuietSince(long nanos) {
        return active == 0 && lastEndNanos < nanos;
    }

    /** Whether a host and its connections have worked since a time. */
    boolean isWellSince(String host, long nanos) {
        return all.areNoneSince(host, nanos);
    }

    /** Whether the nodes of a host and their connections have worked since a time, whatever its proxy did. */
    boolean areNodesWellSince(String host, long nanos) {
        return withNodes.areNoneSince(host, nanos);
    }

    /** Whether the control plane has worked since a time. */
    boolean isControlWellSince(long nanos) {
        return activeInControl == 0 && lastEndInControlNanos < nanos;
    }
}
