package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A builder for the next {@link Metadata}. It belongs to one plan and one thread; the value it started from does not
 * change.
 */
public final class MetadataEdit {
    private final boolean orderedProxies;
    private final SortedMap<ClusterName, StoredCluster> clusters;
    private final SortedMap<ProxyAddress, ProxyResource> proxies;
    private final SortedSet<ProxyAddress> failedProxies;
    private final SortedMap<ProxyAddress, SortedMap<String, Long>> failures;
    private final SortedSet<String> drainingHosts;
    private final SortedMap<String, Long> coordinators;
    private final SortedMap<ProxyAddress, Long> maintenance;
    private final @Nullable String installationId;
    private final List<AuditEntry> audit;
    private final List<LongOperation> operations;
    private Epoch globalEpoch;
    private @Nullable Boolean copy;

    MetadataEdit(Metadata base) {
        this.orderedProxies = base.enableOrderedProxy();
        this.clusters = new TreeMap<>(base.clusters());
        this.proxies = new TreeMap<>(base.allProxies());
        this.failedProxies = new TreeSet<>(base.failedProxies());
        this.failures = new TreeMap<>(base.failures());
        this.drainingHosts = new TreeSet<>(base.drainingHosts());
        this.coordinators = new TreeMap<>(base.coordinators());
        this.maintenance = new TreeMap<>(base.maintenance());
        this.installationId = base.installationId();
        this.audit = base.audit();
        this.operations = base.operations();
        this.globalEpoch = base.globalEpoch();
        this.copy = base.copy();
    }

    public Metadata done() {
        return new Metadata(
                Metadata.VERSION,
                globalEpoch,
                clusters,
                proxies,
                failedProxies,
                failures,
                orderedProxies,
                drainingHosts,
                coordinators,
                maintenance,
                installationId,
                audit,
                operations,
                copy);
    }

    /** Raises the global epoch by one and returns it. */
    public Epoch bumpEpoch() {
        globalEpoch = globalEpoch.next();
        return globalEpoch;
    }

    /** Sets the global epoch and that of every cluster, above those that any other broker has given. */
    public void liftEpochs(Epoch epoch) {
        globalEpoch = epoch;
        copy = null;
        clusters.replaceAll((name, cluster) -> cluster.withEpoch(epoch));
    }

    /** Stores a cluster under a fresh epoch. */
    public void putAtNewEpoch(StoredCluster cluster) {
        put(cluster.withEpoch(bumpEpoch()));
    }

    public void put(StoredCluster cluster) {
        clusters.put(cluster.name(), cluster);
    }

    /** A cluster as edited so far; it has to exist. */
    public StoredCluster cluster(ClusterName name) {
        return requireNonNull(clusters.get(name), name.value());
    }

    /** The clusters as edited so far. */
    public List<StoredCluster> clusters() {
        return List.copyOf(clusters.values());
    }

    public void removeCluster(ClusterName name) {
        clusters.remove(name);
    }

    public void put(ProxyResource proxy) {
        proxies.put(proxy.proxyAddress(), proxy);
    }

    public void removeProxy(ProxyAddress proxy) {
        proxies.remove(proxy);
    }

    /** Puts a free proxy into a cluster. */
    public void assign(ProxyAddress proxy, ClusterName cluster) {
        proxies.computeIfPresent(proxy, (address, resource) -> resource.assignedTo(cluster));
    }

    /** Takes a proxy out of its cluster at the present epoch. */
    public void release(ProxyAddress proxy, StoredCluster cluster) {
        proxies.computeIfPresent(proxy, (address, resource) -> resource.released(cluster.id(), globalEpoch));
    }

    public void startDraining(String host) {
        drainingHosts.add(host);
    }

    public void stopDraining(String host) {
        drainingHosts.remove(host);
    }

    /** Lets a proxy be away for planned work until a time in Unix seconds. */
    public void beginMaintenance(ProxyAddress proxy, long until) {
        maintenance.put(proxy, until);
    }

    /** Returns whether the proxy was under maintenance. */
    public boolean endMaintenance(ProxyAddress proxy) {
        return maintenance.remove(proxy) != null;
    }

    /** Notes when a coordinator has registered. */
    public void register(String coordinator, long nowSeconds) {
        coordinators.put(coordinator, nowSeconds);
    }

    /** Forgets the coordinators that have not registered since a time. */
    public void forgetCoordinatorsBefore(long seconds) {
        coordinators.values().removeIf(last -> last < seconds);
    }

    public void markFailed(ProxyAddress proxy) {
        failedProxies.add(proxy);
    }

    /** Removes the failure mark and the reports of a proxy; returns whether there were any. */
    public boolean clearMarks(ProxyAddress proxy) {
        boolean hadFailed = failedProxies.remove(proxy);
        return clearReports(proxy) || hadFailed;
    }

    public boolean clearReports(ProxyAddress proxy) {
        return failures.remove(proxy) != null;
    }

    /** Replaces the failure reports of a proxy. */
    public void putReports(ProxyAddress proxy, SortedMap<String, Long> reports) {
        failures.put(proxy, reports);
    }
}
