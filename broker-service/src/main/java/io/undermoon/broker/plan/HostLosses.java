package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A simulation, on copies of the metadata, of the loss of each host. */
public final class HostLosses {
    private HostLosses() {}

    /**
     * The hosts after whose loss a chunk would have a failed half without a replacement. Empty in ordered mode, where
     * failed proxies are not replaced.
     */
    public static List<String> hostsThatCannotFail(Metadata state, PlanContext context) {
        SortedMap<String, List<ProxyResource>> byHost = new TreeMap<>();
        for (ProxyResource proxy : state.allProxies().values()) {
            byHost.computeIfAbsent(proxy.host(), host -> new ArrayList<>()).add(proxy);
        }
        return byHost.entrySet().stream()
                .filter(host -> !canLose(state, context, host.getValue()))
                .map(host -> host.getKey())
                .toList();
    }

    private static boolean canLose(Metadata state, PlanContext context, List<ProxyResource> proxies) {
        Metadata copy = state;
        for (ProxyResource proxy : proxies) {
            Outcome<Failover.Result> outcome = Failover.failOver(copy, context, proxy.proxyAddress(), false);
            if (outcome.result() instanceof Failover.Result.NotPossible) {
                return false;
            }
            copy = outcome.state();
        }
        return true;
    }
}
