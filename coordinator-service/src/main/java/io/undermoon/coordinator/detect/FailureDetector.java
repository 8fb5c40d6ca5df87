package io.undermoon.coordinator.detect;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.NodeHealth;
import io.undermoon.coordinator.port.ProxyControl.Probe;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Probes every proxy once per round and reports those that are dead.
 *
 * <p>A proxy is reported when {@value #ATTEMPTS} probes in a row failed, one per round, so that a hiccup of the network is not
 * a failure; or when it says that one of its masters has been down for longer than the limit. The report is renewed while
 * the failure lasts. Proxies that are out of service are probed too, so that the statuses knows when they are back, but
 * seldom and without reports.
 *
 * <p>A round waits for slow proxies only briefly; a proxy that is still being probed is passed over by the next round.
 * Rounds must not overlap; probes end on other threads.
 */
public final class FailureDetector {
    static final int ATTEMPTS = 3;
    static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
    static final Duration FAILED_PROBE_INTERVAL = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(FailureDetector.class);
    private static final Duration WAIT_LIMIT = Duration.ofMillis(500);

    private final MetadataSource source;
    private final FailureLedger ledger;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final LoopMetrics metrics;
    private final KeyedExecutor executor;
    private final Duration nodeFailureTimeout;
    private final LongSupplier nanoClock;
    private final Map<ProxyAddress, Suspicion> suspicions = new ConcurrentHashMap<>();

    /**
     * @param nodeFailureTimeout how long a master may be down before its proxy counts as failed
     * @param nanoClock as {@link System#nanoTime}
     */
    public FailureDetector(
            MetadataSource source,
            FailureLedger ledger,
            ProxyControl proxies,
            ProxyStatuses statuses,
            LoopMetrics metrics,
            KeyedExecutor executor,
            Duration nodeFailureTimeout,
            LongSupplier nanoClock) {
        this.source = source;
        this.ledger = ledger;
        this.proxies = proxies;
        this.statuses = statuses;
        this.metrics = metrics;
        this.executor = executor;
        this.nodeFailureTimeout = nodeFailureTimeout;
        this.nanoClock = nanoClock;
    }

    /**
     * @throws BrokerException if the list of proxies cannot be had
     */
    public void round() {
        Set<ProxyAddress> failed = source.failedProxies();
        List<ProxyAddress> all = source.proxies();
        statuses.retain(all);
        suspicions.keySet().retainAll(all);
        List<ProxyAddress> due = all.stream()
                .filter(proxy -> !failed.contains(proxy) || failedProbeDue(proxy))
                .toList();
        executor.forEach(due, proxy -> probe(proxy, failed.contains(proxy)), WAIT_LIMIT);
    }

    /** How many proxies are held to be dead or to have a dead master. */
    public int suspects() {
        return (int) suspicions.values().stream()
                .filter(suspicion -> suspicion.failedAttempts() >= ATTEMPTS)
                .count();
    }

    /** Silent hosts cost a time-out each: those known to be out of service must not crowd out the others. */
    private boolean failedProbeDue(ProxyAddress proxy) {
        Suspicion suspicion = suspicions.getOrDefault(proxy, Suspicion.NONE);
        return suspicion.failedAttempts() < ATTEMPTS
                || nanoClock.getAsLong() - suspicion.lastAttemptNanos() >= FAILED_PROBE_INTERVAL.toNanos();
    }

    private void probe(ProxyAddress proxy, boolean outOfService) {
        try {
            Probe probe = proxies.probe(proxy);
            statuses.answered(proxy, probe.epoch());
            Optional<NodeHealth> dead =
                    probe.nodes().stream().filter(this::isDeadMaster).findFirst();
            if (dead.isPresent()) {
                deadMaster(proxy, dead.get(), outOfService);
            } else {
                alive(proxy);
            }
        } catch (RespClientException e) {
            silent(proxy, e, outOfService);
        }
    }

    private boolean isDeadMaster(NodeHealth node) {
        return node.role() == Role.MASTER
                && !node.up()
                && node.sinceLastSuccess().compareTo(nodeFailureTimeout) >= 0;
    }

    private void alive(ProxyAddress proxy) {
        Suspicion before = suspicions.remove(proxy);
        if (before != null && before.failedAttempts() >= ATTEMPTS) {
            LOG.infof("proxy is back proxy=%s", proxy);
        }
    }

    private void silent(ProxyAddress proxy, RespClientException cause, boolean outOfService) {
        statuses.failed(proxy);
        metrics.probeFailed(cause.reason());
        Suspicion now = suspicions.merge(
                proxy,
                Suspicion.NONE.attemptFailed(nanoClock.getAsLong()),
                (before, first) -> before.attemptFailed(first.lastAttemptNanos()));
        if (now.failedAttempts() == ATTEMPTS) {
            LOG.warnf("proxy is dead proxy=%s: %s", proxy, cause.getMessage());
        }
        if (now.failedAttempts() >= ATTEMPTS && !outOfService) {
            report(proxy, now);
        }
    }

    private void deadMaster(ProxyAddress proxy, NodeHealth node, boolean outOfService) {
        long now = nanoClock.getAsLong();
        Suspicion before = suspicions.getOrDefault(proxy, Suspicion.NONE);
        Suspicion after = new Suspicion(ATTEMPTS, now, before.reportedNanos());
        suspicions.put(proxy, after);
        if (before.failedAttempts() < ATTEMPTS) {
            LOG.warnf(
                    "master is dead proxy=%s node=%s: it last answered %d ms ago",
                    proxy, node.node(), node.sinceLastSuccess().toMillis());
        }
        if (!outOfService) {
            report(proxy, after);
        }
    }

    private void report(ProxyAddress proxy, Suspicion suspicion) {
        if (!suspicion.reportDue(nanoClock.getAsLong(), REPORT_INTERVAL.toNanos())) {
            return;
        }
        try {
            ledger.report(proxy);
            metrics.failureReported();
            suspicions.computeIfPresent(proxy, (key, latest) -> latest.reported(nanoClock.getAsLong()));
            if (suspicion.reportedNanos() == null) {
                LOG.infof("failure reported proxy=%s", proxy);
            }
        } catch (BrokerException e) {
            LOG.warnf("failure not reported, will be tried again proxy=%s: %s", proxy, e.getMessage());
        }
    }
}
