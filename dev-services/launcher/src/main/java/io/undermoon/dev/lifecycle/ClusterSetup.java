package io.undermoon.dev.lifecycle;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Creates the wanted clusters through the broker's API and waits until all clusters serve, and those that are new have
 * copies of their data.
 */
final class ClusterSetup {
    private final BrokerApi broker;
    private final Progress progress;
    private final Await await;

    ClusterSetup(BrokerApi broker, Progress progress, Await await) {
        this.broker = broker;
        this.progress = progress;
        this.await = await;
    }

    /**
     * @param proxies the addresses under which the proxies of the stack will register themselves
     * @return the clusters that serve, the wanted ones first
     */
    List<Cluster> run(List<WantedCluster> wanted, List<String> proxies) {
        await.until(() -> unregistered(proxies));
        progress.step(proxies.size() + " proxies are registered");
        Set<ClusterName> created =
                wanted.stream().filter(this::create).map(WantedCluster::name).collect(Collectors.toSet());
        Set<ClusterName> names = new LinkedHashSet<>();
        wanted.forEach(cluster -> names.add(cluster.name()));
        names.addAll(existing());
        List<Cluster> serving = new ArrayList<>();
        for (ClusterName name : names) {
            await.until(() -> notServing(name));
            progress.step("cluster " + name + " serves");
            if (created.contains(name)) {
                // Otherwise a proxy that is killed at once, as a test may do, has the only copy.
                await.until(() -> withoutCopies(name));
                progress.step("cluster " + name + " has a copy of each master");
            }
            known(name).ifPresent(serving::add);
        }
        return serving;
    }

    private Optional<Cluster> known(ClusterName name) {
        try {
            return broker.cluster(name);
        } catch (IOException e) {
            throw new LaunchException("cannot read cluster " + name + ": " + e.getMessage(), e);
        }
    }

    private List<String> unregistered(List<String> proxies) {
        try {
            Set<String> registered = Set.copyOf(broker.proxies());
            Set<String> failed = Set.copyOf(broker.failedProxies());
            return proxies.stream()
                    .filter(proxy -> !registered.contains(proxy) || failed.contains(proxy))
                    .map(proxy -> "proxy " + proxy + " to register")
                    .toList();
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    /** Whether there was no such cluster. */
    private boolean create(WantedCluster wanted) {
        try {
            Optional<Cluster> present = broker.cluster(wanted.name());
            if (present.isPresent()) {
                progress.step("cluster " + wanted.name() + " exists, with "
                        + present.get().nodes().size() + " nodes");
                return false;
            }
            Optional<String> refusal = broker.create(wanted);
            if (refusal.isPresent()) {
                throw new LaunchException("the broker refuses to create cluster " + wanted.name() + " of "
                        + wanted.nodes() + " nodes: " + refusal.get() + advice(wanted, refusal.get()));
            }
            progress.step("cluster " + wanted.name() + " of " + wanted.nodes() + " nodes is created");
            return true;
        } catch (IOException e) {
            throw new LaunchException("cannot create cluster " + wanted.name() + ": " + e.getMessage(), e);
        }
    }

    private static String advice(WantedCluster wanted, String error) {
        return error.equals("NO_AVAILABLE_RESOURCE")
                ? "\nIt takes " + wanted.proxies() + " free proxies; raise --proxies."
                : "";
    }

    private List<ClusterName> existing() {
        try {
            return broker.clusterNames().stream().map(ClusterName::new).toList();
        } catch (IOException e) {
            throw new LaunchException("cannot list the clusters: " + e.getMessage(), e);
        }
    }

    private List<String> withoutCopies(ClusterName name) {
        try {
            return broker.hasAllCopies(name) ? List.of() : List.of("the replicas of " + name + " to synchronise");
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private List<String> notServing(ClusterName name) {
        try {
            Optional<Cluster> cluster = broker.cluster(name);
            return cluster.isEmpty() ? List.of() : notServing(cluster.get());
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private static List<String> notServing(Cluster cluster) {
        Set<ProxyAddress> proxies =
                cluster.nodes().stream().map(Node::proxyAddress).collect(Collectors.toCollection(TreeSet::new));
        List<String> missing = new ArrayList<>();
        for (ProxyAddress proxy : proxies) {
            if (!serves(proxy, cluster)) {
                missing.add("proxy " + proxy + " to serve " + cluster.name());
            }
        }
        return missing;
    }

    private static boolean serves(ProxyAddress proxy, Cluster cluster) {
        try (ControlConnection connection = ControlConnection.openLoggedIn(proxy.port())) {
            String epoch = connection.call("UMCTL", "GETEPOCH");
            String info = connection.call("CLUSTER", "INFO");
            return epoch != null
                    && Long.parseLong(epoch) >= cluster.epoch().value()
                    && info != null
                    && info.contains("cluster_state:ok");
        } catch (IOException e) {
            return false; // it does not answer yet, or does not serve yet
        }
    }
}
