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
import org.jboss.logging.Logger;

/**
 * Has the broker take over from every proxy whose failure is agreed on. A proxy that stays in that list, because there is
 * no spare one or because it cannot be replaced at all, is tried again after pauses that grow: each attempt may cost the
 * broker a write and every proxy an epoch. ScheduledLoops must not overlap.
 */
public final class Failover {
    private static final Logger LOG = Logger.getLogger(Failover.class);

    private final FailureLedger ledger;
    private final LoopMetrics metrics;
    private final Backoff<ProxyAddress> backoff;

    public Failover(FailureLedger ledger, LoopMetrics metrics, Backoff<ProxyAddress> backoff) {
        this.ledger = ledger;
        this.metrics = metrics;
        this.backoff = backoff;
    }

    /**
     * @throws BrokerException if the broker cannot be asked
     */
    public void round() {
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
            LOG.warnf("failover not done, will be tried again proxy=%s: %s", proxy, e.getMessage());
            return;
        }
        boolean first = backoff.failed(proxy);
        if (outcome instanceof Outcome.TakenOver done) {
            metrics.failedOver();
            logTakenOver(proxy, done.replacement());
        } else if (outcome instanceof Outcome.Retry retry) {
            metrics.failoverPostponed();
            if (first) {
                LOG.warnf("failover not complete, will be tried again proxy=%s: %s", proxy, retry.reason());
            }
        } else {
            LOG.debugf("nothing to fail over, not registered any more proxy=%s", proxy);
        }
    }

    private static void logTakenOver(ProxyAddress proxy, Optional<Proxy> replacement) {
        if (replacement.isPresent()) {
            Proxy spare = replacement.get();
            LOG.infof(
                    "failed over cluster=%s epoch=%s proxy=%s replacement=%s",
                    spare.clusterName() == null ? "" : spare.clusterName(), spare.epoch(), proxy, spare.address());
        } else {
            LOG.infof("failed over proxy=%s without replacement", proxy);
        }
    }
}
