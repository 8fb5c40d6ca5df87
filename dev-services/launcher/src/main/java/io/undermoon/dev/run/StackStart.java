package io.undermoon.dev.run;

import io.undermoon.dev.client.Probe;
import io.undermoon.dev.process.Ports;
import io.undermoon.dev.stack.ServiceKind;
import io.undermoon.dev.stack.ServiceKind.Stage;
import io.undermoon.dev.stack.ServiceSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings the services of a plan up: those of a stage at once, the next stage when all of them answer. Services that
 * still run are left alone.
 */
final class StackStart {
    private final Fleet fleet;
    private final Progress progress;
    private final Patience patience;
    private final Set<String> started = new LinkedHashSet<>();

    StackStart(Fleet fleet, Progress progress, Patience patience) {
        this.fleet = fleet;
        this.progress = progress;
        this.patience = patience;
    }

    /** The names of the services that this object has started so far, also when {@link #run} failed. */
    Set<String> started() {
        return started;
    }

    void run(List<ServiceSpec> plan) {
        List<ServiceSpec> missing = plan.stream()
                .filter(service -> !fleet.isRunning(service.name()))
                .toList();
        Ports.requireFree(missing);
        if (missing.size() < plan.size()) {
            progress.step((plan.size() - missing.size()) + " of " + plan.size() + " processes are running already");
        }
        for (Stage stage : Stage.values()) {
            List<ServiceSpec> services = plan.stream()
                    .filter(service -> service.kind().stage() == stage)
                    .toList();
            services.stream().filter(missing::contains).forEach(this::start);
            awaitReady(services);
            if (stage == Stage.STORAGE) {
                progress.step(services.size() + " Redis nodes answer");
            }
        }
    }

    private void start(ServiceSpec service) {
        started.add(service.name());
        fleet.start(service);
    }

    private void awaitReady(List<ServiceSpec> services) {
        List<ServiceSpec> pending = new ArrayList<>(services);
        patience.until(() -> {
            fleet.requireRunning(pending);
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
