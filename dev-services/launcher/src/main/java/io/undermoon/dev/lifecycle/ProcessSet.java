package io.undermoon.dev.lifecycle;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.LogFile;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The processes of one data directory. Every start and stop is written to the state file at once, so that a later run
 * knows all processes however the launcher ends. The caller holds the lock of the directory.
 *
 * <p>Thread-safe: a shutdown hook may {@link #close} the set while the main thread is still starting services; from
 * then on nothing can be started.
 */
public final class ProcessSet {
    private static final int LOG_LINES_OF_A_FAILURE = 25;

    private final DataDirectory data;
    private StackState state;
    private boolean closed;

    /** Takes over the processes that the state names; writes nothing. */
    public ProcessSet(DataDirectory data, StackState state) {
        this.data = data;
        this.state = state;
    }

    /** Whether the data directory knows no stack yet, so that everything can still be chosen. */
    boolean isNew() {
        return data.load().isEmpty();
    }

    /** Writes the state down, with its shape and its launcher. A start that is refused before leaves no trace. */
    void record() {
        save(state);
    }

    public synchronized boolean isRunning(String service) {
        StartedService started = state.processes().get(service);
        return started != null && LiveProcesses.isRunning(started.process());
    }

    /** The services that were started and not stopped, whether they still run or have ended by themselves. */
    public synchronized Map<String, StartedService> services() {
        return state.processes();
    }

    /** @throws CancellationException if the set has been closed */
    public synchronized void start(ServiceSpec service) {
        requireOpen();
        Path directory = data.root().resolve(service.name());
        ProcessIdentity process = ServiceStarter.start(service, directory, data.log(service.name()));
        save(state.withProcess(service.name(), new StartedService(service.kind(), process)));
    }

    /**
     * @throws LaunchException if one of the services has ended, with the end of its log
     * @throws CancellationException if the set has been closed
     */
    public void requireRunning(List<ServiceSpec> services) {
        for (ServiceSpec service : services) {
            boolean running = isRunning(service.name());
            requireOpen();
            if (!running) {
                throw new LaunchException(service.name() + " has ended; the end of its log " + data.log(service.name())
                        + ":\n" + endOfLog(service.name()));
            }
        }
    }

    /** Stops the services whose names the filter accepts, and forgets them. */
    public void stop(Predicate<String> filter, Progress progress) {
        Map<String, StartedService> stopping = services().entrySet().stream()
                .filter(entry -> filter.test(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        new StagedStop(progress).stop(stopping);
        synchronized (this) {
            StackState rest = state;
            for (String service : stopping.keySet()) {
                rest = rest.withoutProcess(service);
            }
            save(rest);
        }
    }

    /** Kills everything, for good; for a stack whose data nobody needs any more. */
    public void kill() {
        Map<String, StartedService> killed;
        synchronized (this) {
            closed = true;
            killed = state.processes();
        }
        killed.values().forEach(service -> LiveProcesses.kill(service.process()));
        killed.values().forEach(service -> Signals.awaitEnd(service.process()));
    }

    /** Stops everything, for good. */
    public void close(Progress progress) {
        synchronized (this) {
            closed = true;
        }
        stop(service -> true, progress);
        release();
    }

    /** Says in the state file that no launcher looks after the processes any more; they go on by themselves. */
    public synchronized void release() {
        save(state.withLauncher(null));
    }

    /** @throws CancellationException if the set has been closed */
    synchronized void requireOpen() {
        if (closed) {
            throw new CancellationException("the stack is being stopped");
        }
    }

    private synchronized void save(StackState next) {
        data.save(next);
        state = next;
    }

    private String endOfLog(String service) {
        try {
            return new LogFile(data.log(service))
                    .tail(LOG_LINES_OF_A_FAILURE).stream()
                            .map(line -> "  | " + line)
                            .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "  (it cannot be read: " + e.getMessage() + ")";
        }
    }
}
