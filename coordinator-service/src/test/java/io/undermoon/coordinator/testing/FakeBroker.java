package io.undermoon.coordinator.testing;

import static java.util.Objects.requireNonNull;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** An in-memory broker. Calls are recorded as text, in order. */
public final class FakeBroker implements MetadataSource, FailureLedger {
    public final List<String> calls = new CopyOnWriteArrayList<>();
    public final Set<ProxyAddress> registered = new LinkedHashSet<>();
    public final Set<ProxyAddress> failed = new LinkedHashSet<>();
    public final Map<ClusterName, Cluster> clusters = new LinkedHashMap<>();
    public final List<ProxyAddress> agreed = new ArrayList<>();
    public final Map<ProxyAddress, Outcome> failovers = new LinkedHashMap<>();
    public final Map<MigrationTask, CommitOutcome> commits = new LinkedHashMap<>();
    public final List<ProgressReport> progress = new ArrayList<>();
    public final List<ReplicaReport> replicas = new ArrayList<>();
    /** What leads from the epochs of {@link #bases} to the present; others are told the whole. */
    public final Map<ClusterName, List<List<ProxyAddress>>> firsts = new LinkedHashMap<>();

    public final Set<Epoch> bases = new LinkedHashSet<>();
    public boolean outdatedReports;
    public Runnable onFailover = () -> {};
    public boolean abortsDone = true;
    public Epoch epoch = new Epoch(1);
    public boolean knowsEpochsQuestion = true;
    public boolean refusesRecovery;
    public volatile boolean down;

    public void register(ProxyAddress... proxies) {
        registered.addAll(List.of(proxies));
    }

    public void put(Cluster cluster) {
        clusters.put(cluster.name(), cluster);
        cluster.nodes().forEach(node -> registered.add(node.proxyAddress()));
        if (cluster.epoch().isAfter(epoch)) {
            epoch = cluster.epoch();
        }
    }

    @Override
    public Epoch epoch() {
        call("epoch");
        return epoch;
    }

    @Override
    public Optional<Epoch> awaitEpochOtherThan(Epoch known) {
        call("watch");
        return Optional.of(epoch);
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> wantedEpochs() {
        call("epochs");
        if (!knowsEpochsQuestion) {
            return Optional.empty();
        }
        Map<ProxyAddress, Epoch> epochs = new LinkedHashMap<>();
        for (ProxyAddress proxy : registered) {
            view(proxy)
                    .filter(view -> !(view.isFree() && failed.contains(proxy)))
                    .ifPresent(view -> epochs.put(proxy, view.epoch()));
        }
        return Optional.of(epochs);
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> confirmedEpochs() {
        return wantedEpochs();
    }

    @Override
    public boolean confirmsEpochs() {
        return knowsEpochsQuestion;
    }

    @Override
    public List<ProxyAddress> proxies() {
        call("proxies");
        return List.copyOf(registered);
    }

    @Override
    public Set<ProxyAddress> failedProxies() {
        call("failed");
        return Set.copyOf(failed);
    }

    @Override
    public Optional<Proxy> proxy(ProxyAddress address) {
        call("proxy " + address);
        return view(address);
    }

    @Override
    public List<ClusterName> clusterNames() {
        call("names");
        return List.copyOf(clusters.keySet());
    }

    @Override
    public Optional<Cluster> cluster(ClusterName name) {
        call("cluster " + name);
        return Optional.ofNullable(clusters.get(name));
    }

    @Override
    public Optional<Map<ProxyAddress, ClusterName>> memberships() {
        Map<ProxyAddress, ClusterName> memberships = new LinkedHashMap<>();
        firsts.keySet()
                .forEach(name -> requireNonNull(clusters.get(name))
                        .nodes()
                        .forEach(node -> memberships.put(node.proxyAddress(), name)));
        return firsts.isEmpty() ? Optional.empty() : Optional.of(memberships);
    }

    @Override
    public Optional<ClusterUpdate> update(ClusterName name, Epoch base) {
        call("update " + name + " " + base);
        List<List<ProxyAddress>> first = firsts.get(name);
        return first == null
                ? Optional.empty()
                : Optional.of(new ClusterUpdate(
                        name,
                        bases.contains(base) ? base : Epoch.ZERO,
                        requireNonNull(clusters.get(name)).epoch(),
                        first,
                        Map.of(),
                        ""));
    }

    @Override
    public Optional<ClusterInfo> clusterInfo(ClusterName name) {
        call("info " + name);
        return Optional.ofNullable(clusters.get(name)).map(cluster -> {
            boolean migrating = cluster.nodes().stream()
                    .flatMap(node -> node.slots().stream())
                    .anyMatch(slots -> !slots.isStable());
            return new ClusterInfo(name, cluster.nodes().size(), 0, migrating);
        });
    }

    @Override
    public CommitOutcome commit(MigrationTask task) {
        call("commit " + task.slotRange().rangeList());
        return commits.getOrDefault(task, CommitOutcome.COMMITTED);
    }

    @Override
    public boolean abort(MigrationTask task) {
        call("abort " + task.slotRange().rangeList());
        return abortsDone;
    }

    @Override
    public void reportProgress(List<ProgressReport> reports) {
        call("progress");
        progress.addAll(reports);
    }

    @Override
    public List<ProxyAddress> recoverEpochs() {
        call("recover");
        if (refusesRecovery) {
            throw new BrokerException("409 RECOVERY_UNDECIDED");
        }
        return List.of();
    }

    @Override
    public void report(ProxyAddress proxy) {
        call("report " + proxy);
    }

    @Override
    public void withdraw(ProxyAddress proxy) {
        call("withdraw " + proxy);
    }

    @Override
    public void register() {
        call("register");
    }

    @Override
    public List<ReplicaReport> reportReplicas(List<ReplicaReport> reports) {
        call("replicas");
        reports.stream().filter(report -> !outdatedReports).forEach(replicas::add);
        return outdatedReports ? reports : List.of();
    }

    @Override
    public List<ProxyAddress> agreedFailures() {
        call("failures");
        return List.copyOf(agreed);
    }

    @Override
    public Outcome failOver(ProxyAddress proxy) {
        call("failover " + proxy);
        onFailover.run();
        return failovers.getOrDefault(proxy, new Outcome.TakenOver(Optional.empty()));
    }

    private void call(String words) {
        calls.add(words);
        if (down) {
            throw new BrokerException("down");
        }
    }

    private Optional<Proxy> view(ProxyAddress address) {
        if (!registered.contains(address)) {
            return Optional.empty();
        }
        for (Cluster cluster : clusters.values()) {
            List<Node> nodes = cluster.nodes().stream()
                    .filter(node -> node.proxyAddress().equals(address))
                    .toList();
            if (!nodes.isEmpty()) {
                return Optional.of(new Proxy(
                        cluster.name(), address, cluster.epoch(), nodes, List.of(), List.of(), cluster.config(), null));
            }
        }
        return Optional.of(new Proxy(null, address, epoch, List.of(), List.of(), List.of(), null, null));
    }
}
