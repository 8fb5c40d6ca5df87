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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One value of the metadata with the views derived from it. The view of a cluster is computed at its first use and
 * reused for later values in which the cluster is equal. Thread-safe.
 */
public final class MetadataView {
    private final Metadata state;
    private final Map<ClusterName, ClusterView> clusters = new ConcurrentHashMap<>();

    public MetadataView(Metadata state) {
        this.state = state;
    }

    /** The view of the next value; reuses the views of unchanged clusters. */
    public MetadataView next(Metadata nextState) {
        MetadataView next = new MetadataView(nextState);
        clusters.forEach((name, view) -> {
            if (view.stored().equals(nextState.clusters().get(name))) {
                next.clusters.put(name, view);
            }
        });
        return next;
    }

    public Metadata state() {
        return state;
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
