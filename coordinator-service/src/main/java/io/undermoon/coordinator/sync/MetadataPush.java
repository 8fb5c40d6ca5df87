package io.undermoon.coordinator.sync;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Fetches the present metadata of a proxy and sends it there. A proxy that did not take it is left alone for a while, longer
 * each time. Thread-safe.
 */
public final class MetadataPush {
    private static final Logger LOG = Logger.getLogger(MetadataPush.class);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final LoopMetrics metrics;
    private final Backoff<ProxyAddress> backoff;

    public MetadataPush(
            MetadataSource source,
            ProxyControl proxies,
            ProxyStatuses statuses,
            LoopMetrics metrics,
            Backoff<ProxyAddress> backoff) {
        this.source = source;
        this.proxies = proxies;
        this.statuses = statuses;
        this.metrics = metrics;
        this.backoff = backoff;
    }

    /** Whether a proxy may be pushed to, because it took the last push or its pause is over. */
    public boolean ready(ProxyAddress address) {
        return backoff.ready(address);
    }

    /** Forgets the pauses of all other proxies. */
    public void retain(Collection<ProxyAddress> addresses) {
        backoff.retain(addresses);
    }

    /**
     * Brings one proxy up to date; a failure of the proxy is noted and logged, not thrown.
     *
     * @throws io.undermoon.coordinator.port.BrokerException if the metadata cannot be had
     */
    public void push(ProxyAddress address) {
        Optional<Proxy> metadata = source.proxy(address);
        if (metadata.isEmpty()) {
            LOG.debugf("not pushed, not registered any more proxy=%s", address);
            return;
        }
        send(metadata.get());
    }

    private void send(Proxy metadata) {
        try {
            PushOutcome outcome = proxies.push(metadata);
            metrics.pushed(outcome);
            switch (outcome) {
                case APPLIED -> applied(metadata);
                case OLD_EPOCH -> backoff.succeeded(metadata.address());
                case NOT_MINE ->
                    failed(metadata, "it says that the metadata is not its own: is another machine at its address?");
            }
        } catch (RespClientException e) {
            metrics.pushFailed();
            failed(metadata, String.valueOf(e.getMessage()));
        }
    }

    private void applied(Proxy metadata) {
        backoff.succeeded(metadata.address());
        statuses.answered(metadata.address(), Optional.of(metadata.epoch()));
        LOG.infof(
                "metadata pushed cluster=%s epoch=%s proxy=%s", nameOf(metadata), metadata.epoch(), metadata.address());
    }

    private void failed(Proxy metadata, String reason) {
        if (backoff.failed(metadata.address())) {
            LOG.warnf(
                    "metadata not pushed, will be tried again cluster=%s epoch=%s proxy=%s: %s",
                    nameOf(metadata), metadata.epoch(), metadata.address(), reason);
        }
    }

    private static Object nameOf(Proxy metadata) {
        return metadata.clusterName() == null ? "" : metadata.clusterName();
    }
}
