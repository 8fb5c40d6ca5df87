package io.undermoon.dev.datadir;

import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.StackShape;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of the state file of a data directory.
 *
 * @param launcher the {@code up} that is starting or supervising the stack, null if none is
 * @param processes the processes that were started and not yet stopped, by service name; they may have ended since
 */
public record StackState(
        int version, StackShape shape, @Nullable ProcessIdentity launcher, Map<String, StartedService> processes) {
    static final int VERSION = 1;

    /** A process and its kind, which decides when it is stopped. */
    public record StartedService(ServiceKind kind, ProcessIdentity process) {}

    public StackState {
        if (version != VERSION) {
            throw new IllegalArgumentException("version " + version + " of the state file is not " + VERSION);
        }
        processes = Collections.unmodifiableMap(new TreeMap<>(processes));
    }

    /** A stack of which nothing runs. */
    public static StackState of(StackShape shape) {
        return new StackState(VERSION, shape, null, Map.of());
    }

    public StackState withShape(StackShape newShape) {
        return new StackState(version, newShape, launcher, processes);
    }

    public StackState withLauncher(@Nullable ProcessIdentity newLauncher) {
        return new StackState(version, shape, newLauncher, processes);
    }

    public StackState withProcess(String service, StartedService started) {
        Map<String, StartedService> all = new HashMap<>(processes);
        all.put(service, started);
        return new StackState(version, shape, launcher, all);
    }

    public StackState withoutProcess(String service) {
        Map<String, StartedService> rest = new HashMap<>(processes);
        rest.remove(service);
        return new StackState(version, shape, launcher, rest);
    }
}
