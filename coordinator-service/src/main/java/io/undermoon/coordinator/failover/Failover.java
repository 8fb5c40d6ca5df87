package io.undermoon.coordinator.failover;

import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.FailureLedger.Outcome;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Has the broker take over from every proxy whose failure reached the quorum. A proxy that stays in that list, because
 * no free proxy is left or because it cannot be replaced, is retried after growing pauses: each attempt may cost the
 * broker a write and every proxy an epoch. Thread-safe.
 */
public final class Failover {
    private static final Logger LOG = Logger.getLogger(Failover.class);

    private final FailureLedger ledger;
    private final LoopMetrics metrics;
    private final Backoff<ProxyAddress> backoff;

    /** How many rounds have been asked for since the last one began that is over. */
    private final AtomicInteger wanted = new AtomicInteger();

    public Failover(FailureLedger ledger, LoopMetrics metrics, Backoff<ProxyAddress> backoff) {
        this.ledger = ledger;
        this.metrics = metrics;
        this.backoff = backoff;
    }

    /**
     * Fails over what has to be. While another caller does so it goes round once more for this one, which does not
     * wait: it may be a probe, and others have to follow.
     *
     * @throws BrokerException if the broker does not answer
     */
    public void round() {
        if (wanted.getAndIncrement() > 0) {
            return;
        }
        boolean isOver = false;
        try {
            while (!isOver) {
                int served = wanted.get();
                failOverAll();
                isOver = wanted.compareAndSet(served, 0);
            }
        } finally {
            if (!isOver) {
                wanted.set(0);
            }
        }
    }

    private void failOverAll() {
        List<ProxyAddress> failures = ledger.agreedFailures();
        backoff.retain(failures);
        for (ProxyAddress proxy : failures) {
            if (backoff.ready(proxy)) {
                failOver(proxy);
            }
        }
    }

    private void failOver(ProxyAddress proxy) {
        Outcome outcome;
        try {
            outcome = ledger.failOver(proxy);
        } catch (BrokerException e) {
            backoff.failed(proxy);
            LOG.warnf("Failover not done, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
            return;
        }
        boolean first = backoff.failed(proxy);
        if (outcome instanceof Outcome.TakenOver done) {
            metrics.failedOver();
            logTakenOver(proxy, done.replacement());
        } else if (outcome instanceof Outcome.Retry retry) {
            metrics.failoverPostponed();
            if (first) {
                LOG.warnf("Failover not complete, will be retried: proxy=%s reason=%s", proxy, retry.reason());
            }
        } else {
            LOG.debugf("Nothing to fail over, the proxy is not registered any more: proxy=%s", proxy);
        }
    }

    private static void logTakenOver(ProxyAddress proxy, Optional<Proxy> replacement) {
        if (replacement.isPresent()) {
            Proxy spare = replacement.get();
            LOG.infof(
                    "Failed over: cluster=%s epoch=%s proxy=%s replacement=%s",
                    spare.clusterName() == null ? "" : spare.clusterName(), spare.epoch(), proxy, spare.address());
        } else {
            LOG.infof("Failed over without replacement: proxy=%s", proxy);
        }
    }
}
