package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The free proxies: in no cluster, not failed, not reported by a quorum, not under maintenance, not on a draining host,
 * and with nodes that have no keys of others. Reports below the quorum have no effect.
 */
public final class ProxyPool {
    private ProxyPool() {}

    /** The free proxies, sorted by address. */
    public static List<ProxyResource> free(Metadata state, PlanContext context) {
        Set<ProxyAddress> down = FailureReports.down(state, context);
        return state.allProxies().values().stream()
                .filter(proxy -> proxy.cluster() == null
                        && proxy.isUsable()
                        && !down.contains(proxy.proxyAddress())
                        && !Maintenance.isActive(state, context, proxy.proxyAddress())
                        && !state.drainingHosts().contains(proxy.host()))
                .toList();
    }

    /** The free proxies whose nodes can join any cluster: whatever keys they have are of no use. */
    static List<ProxyResource> emptied(Metadata state, PlanContext context) {
        return after(use -> MetadataView.isOver(state, use), state, context);
    }

    /**
     * The free proxies whose nodes can be replicas in a cluster. Keys of the same cluster are replaced by those of the
     * master, also where they may still be needed; a proxy does not give up such keys of another cluster.
     */
    static List<ProxyResource> replicasFor(StoredCluster cluster, Metadata state, PlanContext context) {
        return after(use -> use.clusterId().equals(cluster.id()) || MetadataView.isOver(state, use), state, context);
    }

    /** The free proxies whose past uses are all such. */
    private static List<ProxyResource> after(Predicate<PastUse> pastUses, Metadata state, PlanContext context) {
        return free(state, context).stream()
                .filter(proxy -> proxy.marking() == null
                        || proxy.marking().pastUses().stream().allMatch(pastUses))
                .toList();
    }

    /** Proxies by host. No queue is empty. */
    static SortedMap<String, Deque<ProxyResource>> byHost(List<ProxyResource> proxies) {
        SortedMap<String, Deque<ProxyResource>> byHost = new TreeMap<>();
        for (ProxyResource proxy : proxies) {
            byHost.computeIfAbsent(proxy.host(), host -> new ArrayDeque<>()).add(proxy);
        }
        return byHost;
    }
}
