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
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Probes every proxy once per round and reports dead proxies to the broker.
 *
 * <p>A proxy is dead when it has not answered for the silence limit, so that one slow answer or a pause of some hundred
 * milliseconds is no failure; when connections to it are refused or closed for half of it; or when it answers that one
 * of its masters has ended, or has been silent for longer than the limit. When more than a third of all proxies fall
 * silent at once, it is rather the network of this coordinator, and they are reported only if that lasts.
 *
 * <p>The report is renewed as long as the proxy is dead. Proxies that are out of service are probed too, so that their
 * recovery is noticed, but less often and without reports.
 *
 * <p>A round waits for slow proxies only briefly; a proxy whose probe is still running is skipped by the next round.
 * Rounds must not overlap; probes end on other threads.
 */
public final class FailureDetector {
    static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
    static final Duration OUT_OF_SERVICE_PROBE_INTERVAL = Duration.ofSeconds(5);

    /** How often the broker is asked which proxies there are. */
    static final Duration LIST_INTERVAL = Duration.ofSeconds(1);

    /** The share of proxies from which on silence is rather a fault of the network: one in so many. */
    static final int MANY = 3;

    /** How long proxies that are silent together are not reported. */
    static final Duration MASS_PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = Logger.getLogger(FailureDetector.class);

    /** How long a round waits for answers; at most the time limit of a probe. */
    private static final Duration WAIT_LIMIT = Duration.ofMillis(500);

    /**
     * When a proxy is dead.
     *
     * @param silence how long a proxy may be silent
     * @param node how long a master may be silent before its proxy counts as failed
     */
    public record Limits(Duration silence, Duration node) {}

    private final MetadataSource source;
    private final FailureLedger ledger;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final LoopMetrics metrics;
    private final KeyedExecutor executor;
    private final Limits limits;
    private final LongSupplier nanoClock;
    private final Runnable onReport;
    private final ReplicaWatch replicas;
    private final Map<ProxyAddress, ProbeFailures> failures = new ConcurrentHashMap<>();

    private volatile BiConsumer<ProxyAddress, Probe> onAnswer = (proxy, probe) -> {};
    private volatile boolean isNetworkSuspected;
    private volatile Listing listing = new Listing(List.of(), Set.of(), 0);
    private volatile boolean isIntroduced;
    private boolean isListed;

    /** The proxies of the broker. */
    private record Listing(List<ProxyAddress> all, Set<ProxyAddress> outOfService, long nanos) {}

    /**
     * @param nanoClock as {@link System#nanoTime}
     * @param onReport is run after each report, on the thread of a probe
     */
    public FailureDetector(
            MetadataSource source,
            FailureLedger ledger,
            ProxyControl proxies,
            ProxyStatuses statuses,
            LoopMetrics metrics,
            KeyedExecutor executor,
            Limits limits,
            LongSupplier nanoClock,
            Runnable onReport) {
        this.source = source;
        this.ledger = ledger;
        this.proxies = proxies;
        this.statuses = statuses;
        this.metrics = metrics;
        this.executor = executor;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.onReport = onReport;
        this.replicas = new ReplicaWatch(ledger, nanoClock);
    }

    /**
     * Probes the proxies that are due.
     *
     * @throws BrokerException if the broker does not return the list of proxies
     */
    public void round() {
        long start = nanoClock.getAsLong();
        Listing now = listing(start);
        List<ProxyAddress> due = now.all().stream()
                .filter(proxy -> !now.outOfService().contains(proxy) || outOfServiceProbeDue(proxy))
                .toList();
        executor.forEach(due, proxy -> probe(proxy, now.outOfService().contains(proxy)), WAIT_LIMIT);
        replicas.round(start);
    }

    /** Has each answer of a proxy passed on, on the thread of its probe. */
    public void onAnswer(BiConsumer<ProxyAddress, Probe> listener) {
        onAnswer = listener;
    }

    /** Lets silence count from now on only: the coordinator itself has stood still. */
    public void forgetSilence() {
        failures.replaceAll((proxy, before) -> before.afterPause());
    }

    private Listing listing(long now) {
        if (!isListed || now - listing.nanos() >= LIST_INTERVAL.toNanos()) {
            Set<ProxyAddress> outOfService = source.failedProxies();
            List<ProxyAddress> all = source.proxies();
            listing = new Listing(all, outOfService, now);
            isListed = true;
            statuses.retain(all);
            failures.keySet().retainAll(all);
            replicas.retain(Set.copyOf(all));
        }
        return listing;
    }

    /** The number of proxies that are dead or have a dead master. */
    public int deadProxies() {
        return (int) failures.values().stream().filter(ProbeFailures::isDead).count();
    }

    /** The number of proxies that the broker has named. */
    public int knownProxies() {
        return listing.all().size();
    }

    /** The number of replicas that are not in sync with their masters. */
    public int replicasOutOfSync() {
        return replicas.replicasOutOfSync();
    }

    /**
     * Each probe of an unreachable host lasts a whole time-out: those already out of service must not delay the others.
     */
    private boolean outOfServiceProbeDue(ProxyAddress proxy) {
        ProbeFailures last = failures.getOrDefault(proxy, ProbeFailures.NONE);
        return !last.isDead() || nanoClock.getAsLong() - last.lastNanos() >= OUT_OF_SERVICE_PROBE_INTERVAL.toNanos();
    }

    private void probe(ProxyAddress proxy, boolean outOfService) {
        long start = nanoClock.getAsLong();
        try {
            Probe probe = proxies.probe(proxy);
            statuses.answered(proxy, probe.epoch());
            replicas.answered(proxy, probe);
            onAnswer.accept(proxy, probe);
            Optional<NodeHealth> dead =
                    probe.nodes().stream().filter(this::isDeadMaster).findFirst();
            if (dead.isPresent()) {
                masterIsDead(proxy, dead.get(), outOfService);
            } else {
                succeeded(proxy);
            }
        } catch (RespClientException e) {
            failed(proxy, e, start, outOfService);
        }
    }

    private boolean isDeadMaster(NodeHealth node) {
        return node.role() == Role.MASTER
                && !node.up()
                && (node.refused() || node.sinceLastSuccess().compareTo(limits.node()) >= 0);
    }

    private void succeeded(ProxyAddress proxy) {
        ProbeFailures before = failures.remove(proxy);
        if (before != null && before.isDead()) {
            LOG.infof("Proxy has recovered: proxy=%s", proxy);
        }
        if (before != null && before.reportedNanos() != null) {
            withdraw(proxy, before);
        }
    }

    /** Else the report would count together with one that another coordinator makes much later. */
    private void withdraw(ProxyAddress proxy, ProbeFailures before) {
        try {
            ledger.withdraw(proxy);
            LOG.infof("Failure report withdrawn: proxy=%s", proxy);
        } catch (BrokerException e) {
            failures.putIfAbsent(proxy, ProbeFailures.NONE.reported(before.lastNanos()));
            LOG.warnf("Failure report not withdrawn, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }

    private void failed(ProxyAddress proxy, RespClientException cause, long start, boolean outOfService) {
        statuses.failed(proxy);
        metrics.probeFailed(cause.reason());
        ProbeFailures before = failures.getOrDefault(proxy, ProbeFailures.NONE);
        ProbeFailures now = before.attemptFailed(cause.reason(), start, nanoClock.getAsLong(), limits.silence());
        failures.put(proxy, now);
        if (now.isDead() && !before.isDead()) {
            LOG.warnf("Proxy is dead: proxy=%s reason=%s", proxy, cause.getMessage());
        }
        if (now.isDead() && !outOfService && !isRatherTheNetwork(now)) {
            report(proxy, now);
        }
    }

    /** Whether so many proxies have fallen silent, and so lately, that the fault may be at this end. */
    private boolean isRatherTheNetwork(ProbeFailures silent) {
        if (!silent.isSilentForLessThan(MASS_PATIENCE)) {
            return false;
        }
        long together = failures.values().stream()
                .filter(other ->
                        other.attempts() >= ProbeFailures.MIN_ATTEMPTS && other.isSilentForLessThan(MASS_PATIENCE))
                .count();
        boolean many = together > 1 && together * MANY > listing.all().size();
        if (many && !isNetworkSuspected) {
            LOG.warnf(
                    "Many proxies are silent at once; not reported for %d s, as it may be the network: silent=%d of=%d",
                    MASS_PATIENCE.toSeconds(), together, listing.all().size());
        }
        isNetworkSuspected = many;
        return many;
    }

    private void masterIsDead(ProxyAddress proxy, NodeHealth node, boolean outOfService) {
        ProbeFailures before = failures.getOrDefault(proxy, ProbeFailures.NONE);
        ProbeFailures after = before.masterDead(nanoClock.getAsLong());
        failures.put(proxy, after);
        if (!before.isDead()) {
            LOG.warnf(
                    "Master is dead: proxy=%s node=%s: it last answered %d ms ago",
                    proxy, node.node(), node.sinceLastSuccess().toMillis());
        }
        if (!outOfService) {
            report(proxy, after);
        }
    }

    /** A broker that knows no coordinator takes replicas of which nobody has told it anything for copies. */
    private void introduce() {
        if (!isIntroduced) {
            ledger.register();
            isIntroduced = true;
        }
    }

    private void report(ProxyAddress proxy, ProbeFailures now) {
        if (!now.reportDue(nanoClock.getAsLong(), REPORT_INTERVAL.toNanos())) {
            return;
        }
        try {
            introduce();
            ledger.report(proxy);
            metrics.failureReported();
            failures.computeIfPresent(proxy, (key, latest) -> latest.reported(nanoClock.getAsLong()));
            if (now.reportedNanos() == null) {
                LOG.infof("Failure reported: proxy=%s", proxy);
            }
            onReport.run();
        } catch (BrokerException e) {
            LOG.warnf("Failure not reported, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }
}
