package io.undermoon.dev.lifecycle;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Restarts the processes of a stack while clients work: one broker or coordinator after the other, then one host after
 * the other. A host is stopped when the broker says that its masters are elsewhere and in sync, and the next one
 * follows when all copies are in sync again. The caller holds the lock of the data directory.
 */
public final class RollingRestart {
    /** How long the broker waits for a host before it takes it for failed. */
    private static final Duration ABSENCE = Duration.ofMinutes(5);

    private static final String READY = "ready";

    private final ProcessSet processSet;
    private final Progress progress;
    private final StackShape shape;
    private final List<ServiceSpec> plan;
    private final BrokerApi broker;
    private final Await await;

    /** @param timeout for each wait */
    public RollingRestart(
            ProcessSet processSet, Progress progress, StackShape shape, Installation installation, Duration timeout) {
        this.processSet = processSet;
        this.progress = progress;
        this.shape = shape;
        this.plan = StackPlan.of(shape, installation);
        this.broker = new BrokerApi(StackPlan.brokerAddress(shape));
        this.await = new Await(progress, timeout, processSet::requireOpen);
    }

    /**
     * Restarts all services of some kinds.
     *
     * @throws LaunchException if something does not run before, does not come back, or would be the last copy of data
     */
    public void run(Set<ServiceKind> kinds) {
        processSet.requireRunning(plan);
        for (ServiceKind kind : List.of(ServiceKind.BROKER, ServiceKind.COORDINATOR)) {
            if (kinds.contains(kind)) {
                plan.stream().filter(service -> service.kind() == kind).forEach(service -> restart(List.of(service)));
            }
        }
        if (kinds.contains(ServiceKind.PROXY) || kinds.contains(ServiceKind.REDIS)) {
            Set<ClusterName> changed = new LinkedHashSet<>();
            for (int host = 0; host < shape.proxies(); host++) {
                changed.addAll(restartHost(host, kinds));
            }
            changed.forEach(this::balance);
        }
    }

    /** Returns the clusters of the proxy. */
    private List<ClusterName> restartHost(int index, Set<ServiceKind> kinds) {
        ProxyAddress proxy = new ProxyAddress(StackPlan.proxyAddresses(shape).get(index));
        List<String> names = StackPlan.servicesOfHost(shape, index);
        List<ServiceSpec> services = plan.stream()
                .filter(service -> names.contains(service.name()) && kinds.contains(service.kind()))
                .toList();
        await.until(() ->
                asked(() -> broker.beginMaintenance(proxy, ABSENCE).stream().toList()));
        await.until(() -> asked(() -> {
            String state = broker.maintenanceState(proxy);
            return state.equals(READY) ? List.of() : List.of("proxy " + proxy + ", which is " + state);
        }));
        restart(services);
        await.until(() -> asked(() -> broker.failedProxies().contains(proxy.value())
                ? List.of("proxy " + proxy + " to register")
                : List.of()));
        List<ClusterName> clusters = clustersOf(proxy);
        order(() -> broker.endMaintenance(proxy));
        await.until(() -> asked(() -> {
            List<String> behind = new ArrayList<>();
            for (ClusterName cluster : clusters) {
                if (!broker.hasAllCopies(cluster)) {
                    behind.add("the copies of cluster " + cluster);
                }
            }
            return behind;
        }));
        return clusters;
    }

    private void restart(List<ServiceSpec> services) {
        List<String> names = services.stream().map(ServiceSpec::name).toList();
        processSet.stop(names::contains, progress);
        services.forEach(processSet::start);
        await.until(() -> {
            processSet.requireRunning(services);
            return services.stream()
                    .filter(service -> !Probe.isReady(service.readiness()))
                    .map(ServiceSpec::name)
                    .toList();
        });
        progress.step(String.join(", ", names) + " restarted");
    }

    private void balance(ClusterName cluster) {
        order(() -> broker.balance(cluster));
        progress.step("the masters of cluster " + cluster + " are evened out");
    }

    private List<ClusterName> clustersOf(ProxyAddress proxy) {
        return call(() -> {
            List<ClusterName> clusters = new ArrayList<>();
            for (String name : broker.clusterNames()) {
                Optional<Cluster> cluster = broker.cluster(new ClusterName(name));
                if (cluster.isPresent()
                        && cluster.get().nodes().stream()
                                .anyMatch(node -> node.proxyAddress().equals(proxy))) {
                    clusters.add(cluster.get().name());
                }
            }
            return clusters;
        });
    }

    /** A call of the broker without an answer. */
    private interface Order {
        void run() throws IOException;
    }

    /** A call of the broker. */
    private interface Call<T> {
        T run() throws IOException;
    }

    /** What a call says is missing; an answer that does not come is asked for again. */
    private static List<String> asked(Call<List<String>> call) {
        try {
            return call.run();
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private static void order(Order order) {
        try {
            order.run();
        } catch (IOException e) {
            throw unanswered(e);
        }
    }

    private static <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw unanswered(e);
        }
    }

    private static LaunchException unanswered(IOException e) {
        return new LaunchException("the broker did not do it: " + e.getMessage(), e);
    }
}
