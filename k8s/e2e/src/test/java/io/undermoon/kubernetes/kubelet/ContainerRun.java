package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.undermoon.kubernetes.kubelet.Images.Image;
import io.undermoon.kubernetes.kubelet.Sandbox.Mount;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One container of a pod, which is started again when it ends. Owned by the thread of its pod; others may kill it. */
final class ContainerRun {
    private static final Duration LEAST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration MOST_BACKOFF = Duration.ofSeconds(8);
    private static final int KILLED = 137;

    /** How the last process ended. */
    private record End(int exitCode, String reason, String startedAt, String finishedAt) {}

    private final Container container;
    private final boolean restarts;
    private final boolean restartsAfterSuccess;
    private volatile @Nullable Process process;
    private String startedAt = "";
    private long startedNanos;
    private int restartCount;
    private Duration backoff = LEAST_BACKOFF;
    private long nextStartNanos = System.nanoTime();
    private @Nullable End end;
    private @Nullable String waitingFor;
    private @Nullable ProbeAction action;
    private @Nullable ProbeState startup;
    private @Nullable ProbeState liveness;
    private @Nullable ProbeState readiness;
    private boolean probeKilled;

    ContainerRun(Container container, String restartPolicy) {
        this.container = container;
        this.restarts = !restartPolicy.equals("Never");
        this.restartsAfterSuccess = restartPolicy.equals("Always");
    }

    /** Starts it when it is due, and probes it when that is. */
    void tick(Sandbox sandbox, Images images, PodFiles files) throws IOException {
        Process running = process;
        if (running != null && !running.isAlive()) {
            ended(running);
            running = null;
        }
        long now = System.nanoTime();
        if (running == null) {
            if (isToRun() && now - nextStartNanos >= 0) {
                start(sandbox, images, files);
            }
        } else {
            probe(running, now);
        }
    }

    /** Whether it will not run again by itself. */
    boolean isOver() {
        return process == null && !isToRun();
    }

    boolean hasSucceeded() {
        return isOver() && end != null && end.exitCode() == 0;
    }

    boolean isReady() {
        return process != null && startup.hasPassed() && readiness.hasPassed();
    }

    boolean isRunning() {
        return process != null;
    }

    /** Kills it as the kernel does when memory runs out. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }
    }

    /** Runs its hook, then asks it to end; returns without waiting for the end. */
    void askToEnd(Duration grace) {
        Process running = process;
        if (running == null) {
            return;
        }
        LifecycleHandler hook = container.getLifecycle() == null
                ? null
                : container.getLifecycle().getPreStop();
        if (hook != null) {
            action.run(hook, running, grace);
        }
        running.destroy();
    }

    /** Waits for the end of a process that was killed. */
    void awaitEnd() {
        Process running = process;
        if (running != null) {
            running.onExit().join();
        }
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    ContainerStatus status() {
        ContainerStateBuilder state = new ContainerStateBuilder();
        if (process != null) {
            state.withNewRunning().withStartedAt(startedAt).endRunning();
        } else if (isOver()) {
            terminated(state);
        } else if (waitingFor != null) {
            state.withNewWaiting()
                    .withReason("CreateContainerConfigError")
                    .withMessage(waitingFor)
                    .endWaiting();
        } else {
            state.withNewWaiting()
                    .withReason(end == null ? "ContainerCreating" : "CrashLoopBackOff")
                    .endWaiting();
        }
        ContainerStatusBuilder status = new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID(container.getImage())
                .withReady(isReady())
                .withStarted(process != null && startup.hasPassed())
                .withRestartCount(restartCount)
                .withState(state.build());
        if (end != null && !isOver()) {
            status.withLastState(terminated(new ContainerStateBuilder()).build());
        }
        return status.build();
    }

    private ContainerStateBuilder terminated(ContainerStateBuilder state) {
        return state.withNewTerminated()
                .withExitCode(end.exitCode())
                .withReason(end.reason())
                .withStartedAt(end.startedAt())
                .withFinishedAt(end.finishedAt())
                .endTerminated();
    }

    private boolean isToRun() {
        return end == null || restarts && (restartsAfterSuccess || end.exitCode() != 0);
    }

    private void start(Sandbox sandbox, Images images, PodFiles files) throws IOException {
        try {
            Image image = images.find(container.getImage())
                    .orElseThrow(() -> new MissingException("image " + container.getImage() + " is not there"));
            Map<String, String> environment = files.environment(container, image.environment());
            List<Mount> mounts = new ArrayList<>(
                    image.mounts().stream().map(Images.Content::mount).toList());
            mounts.addAll(files.mounts(container, environment));
            long now = System.nanoTime();
            Process started = sandbox.start(
                    container.getName(),
                    command(image, environment),
                    environment,
                    mounts,
                    files.resolvers(),
                    isRootReadOnly());
            waitingFor = null;
            action = new ProbeAction(container, sandbox.address(), environment);
            startup = new ProbeState(container.getStartupProbe(), false, now);
            liveness = new ProbeState(container.getLivenessProbe(), true, now);
            readiness = new ProbeState(container.getReadinessProbe(), false, now);
            startedAt = now();
            startedNanos = now;
            probeKilled = false;
            if (end != null) {
                restartCount++;
            }
            process = started;
        } catch (MissingException e) {
            waitingFor = e.getMessage();
            nextStartNanos = System.nanoTime() + LEAST_BACKOFF.toNanos();
        }
    }

    private List<String> command(Image image, Map<String, String> environment) {
        boolean hasCommand = !container.getCommand().isEmpty();
        List<String> words = new ArrayList<>(hasCommand ? container.getCommand() : image.entryPoint());
        if (!container.getArgs().isEmpty()) {
            words.addAll(container.getArgs());
        } else if (!hasCommand) {
            words.addAll(image.arguments());
        }
        words.replaceAll(word -> Expansion.expand(word, environment));
        return words;
    }

    private boolean isRootReadOnly() {
        return container.getSecurityContext() != null
                && Boolean.TRUE.equals(container.getSecurityContext().getReadOnlyRootFilesystem());
    }

    private void probe(Process running, long now) {
        if (probeKilled) {
            return;
        }
        if (!startup.hasPassed()) {
            startup.probe(action, running, now);
        } else {
            liveness.probe(action, running, now);
            readiness.probe(action, running, now);
        }
        if (startup.hasFailed() || liveness.hasFailed()) {
            probeKilled = true;
            kill();
        }
    }

    private void ended(Process former) {
        int exit = former.exitValue();
        end = new End(exit, exit == 0 ? "Completed" : exit == KILLED ? "OOMKilled" : "Error", startedAt, now());
        process = null;
        if (System.nanoTime() - startedNanos > MOST_BACKOFF.toNanos()) {
            backoff = LEAST_BACKOFF;
        }
        nextStartNanos = System.nanoTime() + (restartCount == 0 ? 0 : backoff.toNanos());
        Duration doubled = backoff.multipliedBy(2);
        backoff = doubled.compareTo(MOST_BACKOFF) > 0 ? MOST_BACKOFF : doubled;
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The name of the container. */
    String name() {
        return Optional.ofNullable(container.getName()).orElse("");
    }
}
