package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The free proxies: in no cluster, not failed, not reported by a quorum, not under maintenance, and not on a draining
 * host. Reports below the quorum have no effect.
 */
public final class ProxyPool {
    private ProxyPool() {}

    /** The free proxies, sorted by address. */
    public static List<ProxyResource> free(Metadata state, PlanContext context) {
        Set<ProxyAddress> down = FailureReports.down(state, context);
        return state.allProxies().values().stream()
                .filter(proxy -> proxy.cluster() == null
                        && !down.contains(proxy.proxyAddress())
                        && !Maintenance.isActive(state, context, proxy.proxyAddress())
                        && !state.drainingHosts().contains(proxy.host()))
                .toList();
    }

    /** The free proxies by host. No queue is empty. */
    static SortedMap<String, Deque<ProxyResource>> freeByHost(Metadata state, PlanContext context) {
        SortedMap<String, Deque<ProxyResource>> byHost = new TreeMap<>();
        for (ProxyResource proxy : free(state, context)) {
            byHost.computeIfAbsent(proxy.host(), host -> new ArrayDeque<>()).add(proxy);
        }
        return byHost;
    }
}
