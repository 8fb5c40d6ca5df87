package io.undermoon.dev.lifecycle;

import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceKind.Stage;
import io.undermoon.dev.plan.ServiceSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings the services of a plan up: those of a stage at once, the next stage when all of them answer. Services that
 * still run are left alone. In a new stack no proxy is registered that a coordinator could miss, so coordinators start
 * with the proxies.
 */
final class StackStart {
    private final ProcessSet processSet;
    private final Progress progress;
    private final Await await;
    private final Set<String> started = new LinkedHashSet<>();

    StackStart(ProcessSet processSet, Progress progress, Await await) {
        this.processSet = processSet;
        this.progress = progress;
        this.await = await;
    }

    /** The names of the services that this object has started so far, also when {@link #run} failed. */
    Set<String> started() {
        return started;
    }

    /** @param isNew whether nothing of the stack has run before */
    void run(List<ServiceSpec> plan, boolean isNew) {
        List<ServiceSpec> missing = plan.stream()
                .filter(service -> !processSet.isRunning(service.name()))
                .toList();
        if (missing.size() < plan.size()) {
            progress.step((plan.size() - missing.size()) + " of " + plan.size() + " processes are running already");
        }
        for (Stage stage : Stage.values()) {
            List<ServiceSpec> services = ofStage(plan, stage);
            services.stream().filter(missing::contains).forEach(this::start);
            if (isNew && stage == Stage.FOUNDATION) {
                ofStage(plan, Stage.WATCH).forEach(this::start);
            }
            awaitReady(services);
            if (stage == Stage.STORAGE) {
                progress.step(services.size() + " Redis nodes answer");
            }
        }
    }

    private static List<ServiceSpec> ofStage(List<ServiceSpec> plan, Stage stage) {
        return plan.stream().filter(service -> service.kind().stage() == stage).toList();
    }

    /** Starts it, unless that has been done. */
    private void start(ServiceSpec service) {
        if (started.add(service.name())) {
            processSet.start(service);
        }
    }

    private void awaitReady(List<ServiceSpec> services) {
        List<ServiceSpec> pending = new ArrayList<>(services);
        await.until(() -> {
            processSet.requireRunning(pending);
            pending.removeIf(this::isReady);
            return pending.stream().map(ServiceSpec::name).toList();
        });
    }

    private boolean isReady(ServiceSpec service) {
        boolean ready = Probe.isReady(service.readiness());
        if (ready && service.kind() != ServiceKind.REDIS) {
            progress.step(service.name() + " answers");
        }
        return ready;
    }
}
