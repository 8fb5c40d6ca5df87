package io.undermoon.dev.lifecycle;

import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Stops processes stage by stage, in the reverse order of starting: SIGTERM to all of a stage, SIGKILL after a grace
 * period.
 */
final class StagedStop {
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(10);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Progress progress;
    private final Duration grace;

    StagedStop(Progress progress) {
        this(progress, DEFAULT_GRACE);
    }

    /** @param grace how long the processes of a stage may take to end when asked */
    StagedStop(Progress progress, Duration grace) {
        this.progress = progress;
        this.grace = grace;
    }

    void stop(Map<String, StartedService> services) {
        Stage[] stages = Stage.values();
        for (int i = stages.length - 1; i >= 0; i--) {
            Stage stage = stages[i];
            List<Map.Entry<String, StartedService>> running = services.entrySet().stream()
                    .filter(entry -> entry.getValue().kind().stage() == stage)
                    .filter(entry -> LiveProcesses.isRunning(entry.getValue().process()))
                    .sorted(Map.Entry.comparingByKey())
                    .toList();
            if (!running.isEmpty()) {
                progress.step("stopping "
                        + String.join(
                                ", ", running.stream().map(Map.Entry::getKey).toList()));
                stopTogether(running.stream()
                        .map(entry -> entry.getValue().process())
                        .toList());
            }
        }
    }

    private void stopTogether(List<ProcessIdentity> processes) {
        List<ProcessIdentity> left = signal(processes, LiveProcesses::terminate, grace);
        if (left.isEmpty()) {
            return;
        }
        progress.step(pids(left) + " did not end within " + grace.toSeconds() + " s and is killed");
        left = signal(left, LiveProcesses::kill, AFTER_KILL);
        if (!left.isEmpty()) {
            throw new LaunchException(pids(left) + " cannot be killed");
        }
    }

    /** @return those that still run when the time is over */
    private static List<ProcessIdentity> signal(
            List<ProcessIdentity> processes, Consumer<ProcessIdentity> signal, Duration time) {
        processes.forEach(signal);
        long deadline = System.nanoTime() + time.toNanos();
        List<ProcessIdentity> left = running(processes);
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            Await.pause(POLL);
            left = running(left);
        }
        return left;
    }

    private static List<ProcessIdentity> running(List<ProcessIdentity> processes) {
        return processes.stream().filter(LiveProcesses::isRunning).toList();
    }

    private static String pids(List<ProcessIdentity> processes) {
        return "process "
                + String.join(
                        ", ",
                        processes.stream().map(p -> String.valueOf(p.pid())).toList());
    }
}
