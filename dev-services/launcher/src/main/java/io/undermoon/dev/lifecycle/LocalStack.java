package io.undermoon.dev.lifecycle;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One stack on this machine: brings it up and stays with it. The caller holds the lock of its data directory. */
public final class LocalStack {
    private static final Duration WATCH = Duration.ofMillis(250);

    private final ProcessSet processSet;
    private final Progress progress;
    private final StackShape shape;
    private final List<ServiceSpec> plan;

    public LocalStack(ProcessSet processSet, Progress progress, StackShape shape, Installation installation) {
        this.processSet = processSet;
        this.progress = progress;
        this.shape = shape;
        this.plan = StackPlan.of(shape, installation);
    }

    /**
     * Starts what does not run, creates the wanted clusters and waits until all serve. If that fails, what this call
     * has started is stopped again; if it fails before anything is started, it leaves no trace in the data directory.
     *
     * @param timeout for each step
     * @return the clusters that serve, the wanted ones first
     */
    public List<Cluster> up(List<WantedCluster> wanted, Duration timeout) {
        requireRoomFor(wanted);
        List<ServiceSpec> missing = plan.stream()
                .filter(service -> !processSet.isRunning(service.name()))
                .toList();
        boolean isNew = processSet.isNew();
        Ports.requireFree(
                missing,
                isNew
                        ? "Stop what listens there, or choose other ports: --base-port "
                                + Ports.freeBlock(PortLayout.BLOCK_SIZE) + " is free."
                        : "Stop what listens there: the stack in this data directory keeps its ports.");
        processSet.record();
        Await await = new Await(progress, timeout, processSet::requireOpen);
        StackStart start = new StackStart(processSet, progress, await);
        try {
            start.run(plan, isNew);
            Await guarded = new Await(progress, timeout, () -> processSet.requireRunning(plan));
            return new ClusterSetup(new BrokerApi(StackPlan.brokerAddress(shape)), progress, guarded)
                    .run(wanted, StackPlan.proxyAddresses(shape));
        } catch (LaunchException e) {
            processSet.stop(start.started()::contains, progress);
            processSet.release();
            throw e;
        }
    }

    /**
     * Stays while any process of the stack runs, and says which ones end.
     *
     * @throws java.util.concurrent.CancellationException when the set is closed
     */
    public void watch() {
        Set<String> ended = new HashSet<>();
        while (ended.size() < plan.size()) {
            Await.pause(WATCH);
            for (ServiceSpec service : plan) {
                if (!processSet.isRunning(service.name()) && ended.add(service.name())) {
                    processSet.requireOpen();
                    progress.step(service.name() + " has ended; `up` on the same data directory starts it again");
                }
            }
        }
    }

    private void requireRoomFor(List<WantedCluster> wanted) {
        int needed = wanted.stream().mapToInt(WantedCluster::proxies).sum();
        if (needed > shape.proxies()) {
            throw new LaunchException(
                    "the clusters need " + needed + " proxies, but there are " + shape.proxies() + "; raise --proxies");
        }
    }
}
