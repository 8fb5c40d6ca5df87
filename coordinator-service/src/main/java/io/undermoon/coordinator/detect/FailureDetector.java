package io.undermoon.coordinator.detect;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.KeyedExecutor;
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
 * Probes every proxy once per round and reports dead proxies to the broker.
 *
 * <p>A proxy is dead when {@value #ATTEMPTS} probes in a row failed, one per round, so that one lost packet is not a
 * failure; or when it answers that one of its masters has been down for longer than the limit. The report is renewed as
 * long as the proxy is dead. Proxies that are out of service are probed too, so that their recovery is noticed, but
 * less often and without reports.
 *
 * <p>A round waits for slow proxies only briefly; a proxy whose probe is still running is skipped by the next round.
 * Rounds must not overlap; probes end on other threads.
 */
public final class FailureDetector {
    static final int ATTEMPTS = 3;
    static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
    static final Duration OUT_OF_SERVICE_PROBE_INTERVAL = Duration.ofSeconds(5);

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
    private final Map<ProxyAddress, ProbeFailures> failures = new ConcurrentHashMap<>();

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
     * Probes the proxies that are due.
     *
     * @throws BrokerException if the broker does not return the list of proxies
     */
    public void round() {
        Set<ProxyAddress> outOfService = source.failedProxies();
        List<ProxyAddress> all = source.proxies();
        statuses.retain(all);
        failures.keySet().retainAll(all);
        List<ProxyAddress> due = all.stream()
                .filter(proxy -> !outOfService.contains(proxy) || outOfServiceProbeDue(proxy))
                .toList();
        executor.forEach(due, proxy -> probe(proxy, outOfService.contains(proxy)), WAIT_LIMIT);
    }

    /** The number of proxies that are dead or have a dead master. */
    public int deadProxies() {
        return (int) failures.values().stream()
                .filter(proxy -> proxy.failedAttempts() >= ATTEMPTS)
                .count();
    }

    /**
     * Each probe of an unreachable host lasts a whole time-out: those already out of service must not delay the others.
     */
    private boolean outOfServiceProbeDue(ProxyAddress proxy) {
        ProbeFailures last = failures.getOrDefault(proxy, ProbeFailures.NONE);
        return last.failedAttempts() < ATTEMPTS
                || nanoClock.getAsLong() - last.lastAttemptNanos() >= OUT_OF_SERVICE_PROBE_INTERVAL.toNanos();
    }

    private void probe(ProxyAddress proxy, boolean outOfService) {
        try {
            Probe probe = proxies.probe(proxy);
            statuses.answered(proxy, probe.epoch());
            Optional<NodeHealth> dead =
                    probe.nodes().stream().filter(this::isDeadMaster).findFirst();
            if (dead.isPresent()) {
                masterIsDead(proxy, dead.get(), outOfService);
            } else {
                succeeded(proxy);
            }
        } catch (RespClientException e) {
            failed(proxy, e, outOfService);
        }
    }

    private boolean isDeadMaster(NodeHealth node) {
        return node.role() == Role.MASTER
                && !node.up()
                && node.sinceLastSuccess().compareTo(nodeFailureTimeout) >= 0;
    }

    private void succeeded(ProxyAddress proxy) {
        ProbeFailures before = failures.remove(proxy);
        if (before != null && before.failedAttempts() >= ATTEMPTS) {
            LOG.infof("Proxy has recovered: proxy=%s", proxy);
        }
    }

    private void failed(ProxyAddress proxy, RespClientException cause, boolean outOfService) {
        statuses.failed(proxy);
        metrics.probeFailed(cause.reason());
        ProbeFailures now = failures.merge(
                proxy,
                ProbeFailures.NONE.attemptFailed(nanoClock.getAsLong()),
                (before, first) -> before.attemptFailed(first.lastAttemptNanos()));
        if (now.failedAttempts() == ATTEMPTS) {
            LOG.warnf("Proxy is dead: proxy=%s reason=%s", proxy, cause.getMessage());
        }
        if (now.failedAttempts() >= ATTEMPTS && !outOfService) {
            report(proxy, now);
        }
    }

    private void masterIsDead(ProxyAddress proxy, NodeHealth node, boolean outOfService) {
        long now = nanoClock.getAsLong();
        ProbeFailures before = failures.getOrDefault(proxy, ProbeFailures.NONE);
        ProbeFailures after = new ProbeFailures(ATTEMPTS, now, before.reportedNanos());
        failures.put(proxy, after);
        if (before.failedAttempts() < ATTEMPTS) {
            LOG.warnf(
                    "Master is dead: proxy=%s node=%s: it last answered %d ms ago",
                    proxy, node.node(), node.sinceLastSuccess().toMillis());
        }
        if (!outOfService) {
            report(proxy, after);
        }
    }

    private void report(ProxyAddress proxy, ProbeFailures now) {
        if (!now.reportDue(nanoClock.getAsLong(), REPORT_INTERVAL.toNanos())) {
            return;
        }
        try {
            ledger.report(proxy);
            metrics.failureReported();
            failures.computeIfPresent(proxy, (key, latest) -> latest.reported(nanoClock.getAsLong()));
            if (now.reportedNanos() == null) {
                LOG.infof("Failure reported: proxy=%s", proxy);
            }
        } catch (BrokerException e) {
            LOG.warnf("Failure not reported, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }
}
