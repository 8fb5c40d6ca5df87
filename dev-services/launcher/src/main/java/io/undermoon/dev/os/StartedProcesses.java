package io.undermoon.dev.os;

import static java.util.Objects.requireNonNull;

import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.ServiceSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * Services that end together. Thread-safe: a shutdown hook may close it while another thread still starts some, and
 * none is started after that.
 */
public final class StartedProcesses implements AutoCloseable {
    private final Installation installation;
    private final Map<String, ProcessIdentity> processes = new LinkedHashMap<>();
    private boolean isClosed;

    /** @param installation whose data directory gets the logs */
    public StartedProcesses(Installation installation) {
        this.installation = installation;
    }

    /**
     * Starts a service, in place of the process that it had.
     *
     * @throws CancellationException if this is closed
     */
    public synchronized void start(ServiceSpec service) {
        if (isClosed) {
            throw new CancellationException("all processes are being ended, " + service.name() + " is not started");
        }
        processes.put(
                service.name(),
                ServiceStarter.start(
                        service,
                        installation.directoryOf(service.name()),
                        installation.data().resolve(service.name() + ".log")));
    }

    /** The latest process of a service that was started. */
    public synchronized ProcessIdentity of(String service) {
        return requireNonNull(processes.get(service), () -> "no process of " + service);
    }

    /** The latest process of each service, as it is now. */
    public synchronized Map<String, ProcessIdentity> byService() {
        return new LinkedHashMap<>(processes);
    }

    public List<ProcessIdentity> all() {
        return List.copyOf(byService().values());
    }

    /** Kills them all. */
    @Override
    public synchronized void close() {
        isClosed = true;
        processes.values().forEach(LiveProcesses::kill);
    }
}
