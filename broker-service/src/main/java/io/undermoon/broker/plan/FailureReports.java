package io.undermoon.broker.plan;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataEdit;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The failure reports of coordinators. A report is a proxy, a reporter and the time of the reporter's first report.
 * It counts until its time to live has passed or it is withdrawn; repeating it before does not renew it. A quorum of
 * distinct reporters makes a failure.
 */
public final class FailureReports {
    private FailureReports() {}

    /**
     * Stores a report. A known report changes nothing. A report about a proxy that is not registered is accepted, as
     * callers expect, and dropped.
     */
    public static Outcome<Outcome.Done> report(
            Metadata state, PlanContext context, ProxyAddress proxy, String reporter) {
        Metadata current = expire(state, context).state();
        SortedMap<String, Long> reports = current.failures().getOrDefault(proxy, Collections.emptySortedMap());
        if (!state.allProxies().containsKey(proxy) || reports.containsKey(reporter)) {
            return Outcome.done(state);
        }
        SortedMap<String, Long> more = new TreeMap<>(reports);
        more.put(reporter, context.nowSeconds());
        MetadataEdit edit = current.edit();
        edit.putReports(proxy, more);
        edit.bumpEpoch();
        return Outcome.done(edit.done());
    }

    /** Removes a report: its reporter has had an answer of the proxy. One that is not known changes nothing. */
    public static Outcome<Outcome.Done> withdraw(Metadata state, ProxyAddress proxy, String reporter) {
        SortedMap<String, Long> reports = state.failures().getOrDefault(proxy, Collections.emptySortedMap());
        if (!reports.containsKey(reporter)) {
            return Outcome.done(state);
        }
        SortedMap<String, Long> fewer = new TreeMap<>(reports);
        fewer.remove(reporter);
        MetadataEdit edit = state.edit();
        if (fewer.isEmpty()) {
            edit.clearReports(proxy);
        } else {
            edit.putReports(proxy, fewer);
        }
        return Outcome.done(edit.done());
    }

    /** Removes the reports that no longer count. */
    public static Outcome<Outcome.Done> expire(Metadata state, PlanContext context) {
        MetadataEdit edit = state.edit();
        boolean changed = false;
        for (ProxyAddress proxy : state.failures().keySet()) {
            SortedMap<String, Long> all = state.failures().get(proxy);
            SortedMap<String, Long> live = live(state, context, proxy);
            if (live.isEmpty()) {
                changed |= edit.clearReports(proxy);
            } else if (live.size() < all.size()) {
                edit.putReports(proxy, live);
                changed = true;
            }
        }
        return Outcome.done(changed ? edit.done() : state);
    }

    /** The registered proxies that a quorum has reported as failed. */
    public static NavigableSet<ProxyAddress> reachingQuorum(Metadata state, PlanContext context) {
        NavigableSet<ProxyAddress> proxies = new TreeSet<>();
        int quorum = Coordinators.quorum(state, context);
        for (ProxyAddress proxy : state.failures().keySet()) {
            if (state.allProxies().containsKey(proxy)
                    && live(state, context, proxy).size() >= quorum) {
                proxies.add(proxy);
            }
        }
        return proxies;
    }

    /**
     * The proxies that need a failover: those a quorum has reported, and failed ones that are still in a chunk. The
     * latter are listed until they are replaced or register again, so that a free proxy added later is used.
     */
    public static NavigableSet<ProxyAddress> awaitingFailover(Metadata state, PlanContext context) {
        NavigableSet<ProxyAddress> proxies = reachingQuorum(state, context);
        for (StoredCluster cluster : state.clusters().values()) {
            cluster.proxies().filter(state::hasFailed).forEach(proxies::add);
        }
        return proxies;
    }

    /** Whether any unexpired report names the proxy. */
    public static boolean isSuspected(Metadata state, PlanContext context, ProxyAddress proxy) {
        return !live(state, context, proxy).isEmpty();
    }

    /** The proxies that are marked as failed or reported by a quorum. */
    public static Set<ProxyAddress> down(Metadata state, PlanContext context) {
        Set<ProxyAddress> proxies = reachingQuorum(state, context);
        proxies.addAll(state.failedProxies());
        return proxies;
    }

    private static SortedMap<String, Long> live(Metadata state, PlanContext context, ProxyAddress proxy) {
        SortedMap<String, Long> live =
                new TreeMap<>(state.failures().getOrDefault(proxy, Collections.emptySortedMap()));
        live.values().removeIf(since -> context.nowSeconds() - since >= context.failureTtlSeconds());
        return live;
    }
}
