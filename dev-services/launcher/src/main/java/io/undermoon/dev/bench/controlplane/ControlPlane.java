package io.undermoon.dev.bench.controlplane;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.StartedProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The broker and the coordinators of a stack, without its proxies. */
final class ControlPlane implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(120);

    private final Installation installation;
    private final StackShape shape;
    private final Await await;
    private final StartedProcesses processes;

    /** Starts nothing yet. */
    ControlPlane(Installation installation, int coordinators, Progress progress) {
        this.installation = installation;
        this.processes = new StartedProcesses(installation);
        this.shape = new StackShape(1, coordinators, false, PortLayout.from(Ports.freeBlock(PortLayout.BLOCK_SIZE)));
        this.await = new Await(progress, START_TIMEOUT, () -> {});
    }

    void startBroker() {
        start(ServiceKind.BROKER);
    }

    void startCoordinators() {
        start(ServiceKind.COORDINATOR);
    }

    BrokerApi broker() {
        return new BrokerApi(StackPlan.brokerAddress(shape));
    }

    /** Those that were started, by name. */
    Map<String, ProcessIdentity> processes() {
        return processes.byService();
    }

    private void start(ServiceKind kind) {
        List<ServiceSpec> services = StackPlan.of(shape, installation).stream()
                .filter(service -> service.kind() == kind)
                .toList();
        services.forEach(processes::start);
        await.until(() -> services.stream()
                .filter(service -> !Probe.isReady(service.readiness()))
                .map(ServiceSpec::name)
                .toList());
    }

    @Override
    public void close() {
        processes.close();
    }
}
