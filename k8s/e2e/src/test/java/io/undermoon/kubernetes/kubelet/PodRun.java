package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One pod on its node, from the start of its sandbox to the end of its last process; a thread of its own. */
final class PodRun implements Runnable {
    private static final Logger LOG = Logger.getLogger(PodRun.class.getName());
    private static final long TICK_MILLIS = 100;
    private static final int REFRESH_TICKS = 10;

    private final Kubelets kubelets;
    private final KubernetesClient client;
    private final Path directory;
    private final PodReport report;
    private final List<ContainerRun> initial;
    private final List<ContainerRun> containers;
    private final Thread thread;
    private volatile Pod pod;
    private volatile boolean cut;
    private volatile boolean silent;
    private @Nullable Sandbox sandbox;
    private @Nullable PodFiles files;
    private int ticks;

    /** @param directory for its files, its own */
    PodRun(Kubelets kubelets, KubernetesClient client, Pod pod, Path directory) {
        this.kubelets = kubelets;
        this.client = client;
        this.pod = pod;
        this.directory = directory;
        this.report = new PodReport(client, pod);
        String policy = pod.getSpec().getRestartPolicy();
        this.initial = pod.getSpec().getInitContainers().stream()
                .map(container -> new ContainerRun(container, policy.equals("Never") ? policy : "OnFailure"))
                .toList();
        this.containers = pod.getSpec().getContainers().stream()
                .map(container -> new ContainerRun(container, policy))
                .toList();
        this.thread = new Thread(this, "pod-" + pod.getMetadata().getName());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    String node() {
        return pod.getSpec().getNodeName();
    }

    Pod pod() {
        return pod;
    }

    /** Takes note of a new version of the object. */
    void update(Pod updated) {
        pod = updated;
    }

    /** Kills containers by name, all without one. */
    void kill(Optional<String> container) {
        containers.stream()
                .filter(run -> container.map(run.name()::equals).orElse(true))
                .forEach(ContainerRun::kill);
    }

    /** Ends everything at once, of which nobody is told; the network notices no end. */
    void switchOff() {
        silent = true;
        cutOff();
    }

    /** Ends everything at once; nobody wants to know. */
    void cutOff() {
        cut = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            boolean over = false;
            while (!cut && !over) {
                over = tick();
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void end() {
        try {
            if (silent && sandbox != null) {
                sandbox.cut();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, e, () -> "pod " + pod.getMetadata().getName() + " ends with closed connections");
        }
        killAll();
        initial.forEach(ContainerRun::awaitEnd);
        containers.forEach(ContainerRun::awaitEnd);
        if (sandbox != null) {
            sandbox.close();
        }
    }

    /** @return whether the pod is gone */
    private boolean tick() {
        try {
            if (pod.getMetadata().getDeletionTimestamp() != null) {
                terminate();
                return report.remove();
            }
            if (isPrepared()) {
                report.problem(null);
                runContainers();
            }
            report.tell(status());
        } catch (IOException | KubernetesClientException | IllegalArgumentException e) {
            LOG.log(Level.FINE, e, () -> "pod " + pod.getMetadata().getName() + " is tried again");
            report.problem(String.valueOf(e.getMessage()));
        }
        return false;
    }

    private boolean isPrepared() throws IOException {
        if (files != null) {
            return true;
        }
        if (sandbox == null) {
            sandbox = kubelets.sandbox(pod, directory);
        }
        DownwardApi downward = new DownwardApi(pod, sandbox.address());
        Volumes volumes = new Volumes(client, downward, directory.resolve("volumes"));
        try {
            volumes.prepare();
        } catch (MissingException e) {
            report.problem(String.valueOf(e.getMessage()));
            return false;
        }
        files = new PodFiles(pod, downward, kubelets.environments(), volumes);
        return true;
    }

    private void runContainers() throws IOException {
        if (ticks++ % REFRESH_TICKS == 0) {
            files.volumes().refresh();
        }
        for (ContainerRun run : initial) {
            if (!run.hasSucceeded()) {
                run.tick(sandbox, kubelets.images(), files);
                return;
            }
        }
        for (ContainerRun run : containers) {
            run.tick(sandbox, kubelets.images(), files);
        }
    }

    private PodReport.State status() {
        boolean initialized = initial.stream().allMatch(ContainerRun::hasSucceeded);
        boolean failedEarly = initial.stream().anyMatch(run -> run.isOver() && !run.hasSucceeded());
        boolean over = containers.stream().allMatch(ContainerRun::isOver);
        String phase = "Pending";
        if (failedEarly || over) {
            phase = !failedEarly && containers.stream().allMatch(ContainerRun::hasSucceeded) ? "Succeeded" : "Failed";
        } else if (initialized && containers.stream().anyMatch(run -> run.isRunning() || run.isOver())) {
            phase = "Running";
        } else if (pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase())) {
            phase = "Running";
        }
        return new PodReport.State(
                phase,
                sandbox == null ? null : sandbox.address(),
                initialized,
                containers.stream().allMatch(ContainerRun::isReady),
                initial.stream().map(ContainerRun::status).toList(),
                containers.stream().map(ContainerRun::status).toList(),
                pod);
    }

    /** Ends all containers within the grace period. */
    private void terminate() {
        long seconds = Optional.ofNullable(pod.getMetadata().getDeletionGracePeriodSeconds())
                .orElse(0L);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<Thread> ends = containers.stream()
                .filter(ContainerRun::isAlive)
                .map(run -> new Thread(() -> run.askToEnd(Duration.ofSeconds(seconds))))
                .toList();
        ends.forEach(Thread::start);
        try {
            while (System.nanoTime() - end < 0 && !cut && containers.stream().anyMatch(ContainerRun::isAlive)) {
                TimeUnit.MILLISECONDS.sleep(TICK_MILLIS / 10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    private void killAll() {
        initial.forEach(ContainerRun::kill);
        containers.forEach(ContainerRun::kill);
    }
}
