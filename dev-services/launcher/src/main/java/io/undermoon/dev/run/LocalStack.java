package io.undermoon.dev.run;

import io.undermoon.dev.client.BrokerApi;
import io.undermoon.dev.stack.Installation;
import io.undermoon.dev.stack.LaunchException;
import io.undermoon.dev.stack.ServiceSpec;
import io.undermoon.dev.stack.StackPlan;
import io.undermoon.dev.stack.StackShape;
import io.undermoon.dev.stack.WantedCluster;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One stack on this machine: brings it up and stays with it. The caller holds the lock of its data directory. */
public final class LocalStack {
    private static final Duration WATCH = Duration.ofMillis(250);

    private final Fleet fleet;
    private final Progress progress;
    private final StackShape shape;
    private final List<ServiceSpec> plan;

    public LocalStack(Fleet fleet, Progress progress, StackShape shape, Installation installation) {
        this.fleet = fleet;
        this.progress = progress;
        this.shape = shape;
        this.plan = StackPlan.of(shape, installation);
    }

    /**
     * Starts what does not run, creates the wanted clusters and waits until all serve. If that fails, what this call
     * has started is stopped again.
     *
     * @param timeout for each step
     */
    public void up(List<WantedCluster> wanted, Duration timeout) {
        requireRoomFor(wanted);
        Patience patience = new Patience(progress, timeout, fleet::requireOpen);
        StackStart start = new StackStart(fleet, progress, patience);
        try {
            start.run(plan);
            Patience guarded = new Patience(progress, timeout, () -> fleet.requireRunning(plan));
            new ClusterSetup(new BrokerApi(StackPlan.brokerAddress(shape)), progress, guarded)
                    .run(wanted, StackPlan.proxyAddresses(shape));
        } catch (LaunchException e) {
            fleet.stop(start.started()::contains, progress);
            fleet.release();
            throw e;
        }
    }

    /**
     * Stays while any process of the stack runs, and says which ones end.
     *
     * @throws java.util.concurrent.CancellationException when the fleet is closed
     */
    public void watch() {
        Set<String> ended = new HashSet<>();
        while (ended.size() < plan.size()) {
            Patience.pause(WATCH);
            for (ServiceSpec service : plan) {
                if (!fleet.isRunning(service.name()) && ended.add(service.name())) {
                    fleet.requireOpen();
                    progress.step(service.name() + " has ended; `up` on the same data directory starts it again");
                }
            }
        }
    }

    private void requireRoomFor(List<WantedCluster> wanted) {
        int needed = wanted.stream().mapToInt(WantedCluster::proxies).sum();
        if (needed > shape.proxies()) {
            fleet.release();
            throw new LaunchException(
                    "the clusters need " + needed + " proxies, but there are " + shape.proxies() + "; raise --proxies");
        }
    }
}
