package io.undermoon.broker.observe;

import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.plan.ProxyPool;
import io.undermoon.broker.state.Metadata;
import io.undermoon.metadata.ProxyAddress;
import java.util.Set;

/**
 * One look at the system: the metadata, what the proxies say, and what is often asked of both.
 *
 * @param down the proxies that are marked as failed or reported by a quorum
 * @param freeProxies how many could take the place of another
 * @param coordinators how many are alive
 */
public record Look(
        Metadata state,
        PlanContext context,
        ProxyObserver observer,
        Set<ProxyAddress> down,
        int freeProxies,
        int coordinators) {
    /** Looks now. */
    public static Look at(Metadata state, PlanContext context, ProxyObserver observer) {
        return new Look(
                state,
                context,
                observer,
                FailureReports.down(state, context),
                (int) ProxyPool.free(state, context).stream()
                        .filter(proxy -> !observer.of(proxy.proxyAddress()).isSilent())
                        .count(),
                Coordinators.alive(state, context).size());
    }

    /** Whether a proxy is known to be of no use at present. */
    boolean isOut(ProxyAddress proxy) {
        Observation seen = observer.of(proxy);
        return seen.isSilent() || down.contains(proxy) && !seen.isAnswering();
    }

    long silentSeconds(ProxyAddress proxy) {
        Observation seen = observer.of(proxy);
        return seen.isSilent() ? Math.max(0, observer.nowMillis() - seen.silentSinceMillis()) / 1000 : 0;
    }
}
