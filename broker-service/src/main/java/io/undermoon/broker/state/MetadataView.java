package io.undermoon.broker.state;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One value of the metadata with the views derived from it. The view of a cluster is computed at its first use and
 * reused for later values in which the cluster is equal. Some former values are kept, from which proxies are told only
 * what has changed. Thread-safe.
 */
public final class MetadataView {
    /** From how many former values changes are told: what is changed more often meanwhile is told whole. */
    private static final int MAX_FORMER = 8;

    private final Metadata state;
    private final Map<ClusterName, ClusterView> clusters = new ConcurrentHashMap<>();
    private final List<Metadata> former;
    private final Map<UpdateKey, ClusterUpdate> updates = new ConcurrentHashMap<>();

    private record UpdateKey(ClusterName cluster, Epoch base) {}

    public MetadataView(Metadata state) {
        this(state, List.of());
    }

    private MetadataView(Metadata state, List<Metadata> former) {
        this.state = state;
        this.former = former;
    }

    /** The view of the next value; reuses the views of unchanged clusters. */
    public MetadataView next(Metadata nextState) {
        MetadataView next = new MetadataView(nextState, formerOf(nextState));
        if (next.former == former && tellsProxiesTheSame(nextState)) {
            next.updates.putAll(updates);
        }
        clusters.forEach((name, view) -> {
            if (view.stored().equals(nextState.clusters().get(name))) {
                next.clusters.put(name, view);
            }
        });
        return next;
    }

    /** Whether an update of a cluster has the same text as for the next value. */
    private boolean tellsProxiesTheSame(Metadata nextState) {
        return state.clusters().equals(nextState.clusters())
                && state.allProxies().equals(nextState.allProxies())
                && Objects.equals(state.installationId(), nextState.installationId());
    }

    /** The last values of which each has epochs of clusters that the others do not have, the latest first. */
    private List<Metadata> formerOf(Metadata nextState) {
        // With the same epoch only reports differ.
        if (state.globalEpoch().equals(nextState.globalEpoch())
                || state.clusters().equals(nextState.clusters())) {
            return former;
        }
        List<Metadata> all = new ArrayList<>(MAX_FORMER);
        all.add(state);
        all.addAll(former.subList(0, Math.min(former.size(), MAX_FORMER - 1)));
        return List.copyOf(all);
    }

    public Metadata state() {
        return state;
    }

    /**
     * What leads the proxies of a cluster to its present metadata from those of an epoch, or from none if the metadata
     * of that epoch are not known any more.
     *
     * @return empty if there is no such cluster
     */
    public Optional<ClusterUpdate> update(ClusterName name, Epoch base) {
        return cluster(name).map(view -> {
            Optional<Metadata> before = former.stream()
                    .filter(value -> Optional.ofNullable(value.clusters().get(name))
                            .map(StoredCluster::epoch)
                            .equals(Optional.of(base)))
                    .findFirst();
            UpdateKey key = new UpdateKey(name, before.isPresent() ? base : Epoch.ZERO);
            return updates.computeIfAbsent(
                    key,
                    unused -> before.flatMap(value -> new MetadataView(value).extent(name))
                            .map(earlier -> ClusterUpdate.between(earlier, extent(view)))
                            .orElseGet(() -> ClusterUpdate.whole(extent(view))));
        });
    }

    private Optional<ClusterUpdate.Extent> extent(ClusterName name) {
        return cluster(name).map(this::extent);
    }

    private ClusterUpdate.Extent extent(ClusterView view) {
        Map<ProxyAddress, SetRepl> roles = new LinkedHashMap<>();
        view.stored().proxies().forEach(proxy -> {
            ProxyResource resource = state.allProxies().get(proxy);
            Tenancy tenancy = resource == null ? null : tenancy(resource);
            roles.put(proxy, SetRepl.of(view.alone(proxy, state.allProxies(), tenancy)));
        });
        return new ClusterUpdate.Extent(view.content(state.allProxies()), roles);
    }

    public Optional<ClusterView> cluster(@Nullable ClusterName name) {
        StoredCluster cluster = name == null ? null : state.clusters().get(name);
        return cluster == null
                ? Optional.empty()
                : Optional.of(clusters.computeIfAbsent(cluster.name(), unused -> ClusterView.of(cluster)));
    }

    /** The metadata of a registered proxy, in a cluster or free. */
    public Optional<Proxy> proxy(ProxyAddress address) {
        ProxyResource resource = state.allProxies().get(address);
        if (resource == null) {
            return Optional.empty();
        }
        return Optional.of(cluster(resource.cluster())
                .map(view -> view.proxy(address, state.allProxies(), tenancy(resource)))
                .orElseGet(() -> unassigned(resource)));
    }

    /**
     * The epoch each proxy should have: that of its cluster, or the global one for a free proxy. Failed proxies are
     * included, because a replaced proxy that still runs must receive its new metadata.
     */
    public SortedMap<ProxyAddress, Epoch> proxyEpochs() {
        SortedMap<ProxyAddress, Epoch> epochs = new TreeMap<>();
        state.allProxies().forEach((address, resource) -> {
            StoredCluster cluster =
                    resource.cluster() == null ? null : state.clusters().get(resource.cluster());
            epochs.put(address, cluster == null ? state.globalEpoch() : cluster.epoch());
        });
        return epochs;
    }

    private Proxy unassigned(ProxyResource resource) {
        List<Node> nodes = resource.nodeAddresses().stream()
                .map(node -> new Node(node, resource.proxyAddress(), List.of(), new ReplMeta(Role.MASTER, List.of())))
                .toList();
        return new Proxy(
                null,
                resource.proxyAddress(),
                state.globalEpoch(),
                nodes,
                List.of(),
                List.of(),
                null,
                resource.replicaAddress(),
                tenancy(resource));
    }

    private @Nullable Tenancy tenancy(ProxyResource resource) {
        String installation = state.installationId();
        ProxyResource.Marking marking = resource.marking();
        if (installation == null || marking == null) {
            return null;
        }
        StoredCluster cluster =
                resource.cluster() == null ? null : state.clusters().get(resource.cluster());
        Map<Boolean, List<PastUse>> uses =
                marking.pastUses().stream().collect(Collectors.partitioningBy(use -> isOver(state, use)));
        return new Tenancy(
                installation,
                cluster == null ? null : cluster.id(),
                uses.getOrDefault(true, List.of()),
                uses.getOrDefault(false, List.of()),
                marking.unusable());
    }

    /**
     * Whether the keys that a proxy may still have of a cluster are of no use for certain: the cluster is gone, or all
     * its replicas are known to have the data of masters that are in it now.
     */
    public static boolean isOver(Metadata state, PastUse use) {
        return state.clusters().values().stream()
                .filter(cluster -> use.clusterId().equals(cluster.id()))
                .allMatch(StoredCluster::isSynced);
    }
}
