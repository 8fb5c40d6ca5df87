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
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Fetches the current metadata of a proxy from the broker and sends it to the proxy. After a failed push the proxy is
 * retried after growing pauses. Thread-safe.
 */
public final class MetadataPush {
    private static final Logger LOG = Logger.getLogger(MetadataPush.class);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final ProxyStatuses statuses;
    private final LoopMetrics metrics;
    private final Backoff<ProxyAddress> backoff;
    private final BooleanSupplier leases;

    /**
     * @param leases whether leases are granted
     */
    public MetadataPush(
            MetadataSource source,
            ProxyControl proxies,
            ProxyStatuses statuses,
            LoopMetrics metrics,
            Backoff<ProxyAddress> backoff,
            BooleanSupplier leases) {
        this.source = source;
        this.proxies = proxies;
        this.statuses = statuses;
        this.metrics = metrics;
        this.backoff = backoff;
        this.leases = leases;
    }

    /** Whether a push is due: the last one succeeded, or the pause after its failure is over. */
    public boolean ready(ProxyAddress address) {
        return backoff.ready(address);
    }

    /** Removes the pauses of all other proxies. */
    public void retain(Collection<ProxyAddress> addresses) {
        backoff.retain(addresses);
    }

    /**
     * Updates one proxy. A failure of the proxy is counted and logged, not thrown.
     *
     * @throws io.undermoon.coordinator.port.BrokerException if the broker does not return the metadata
     */
    public void push(ProxyAddress address) {
        Optional<Proxy> metadata = source.proxy(address);
        if (metadata.isEmpty()) {
            LOG.debugf("Metadata not pushed, the proxy is not registered any more: proxy=%s", address);
            return;
        }
        send(metadata.get());
    }

    private void send(Proxy metadata) {
        try {
            PushOutcome outcome = proxies.push(metadata, leases.getAsBoolean());
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
                "Metadata pushed: cluster=%s epoch=%s proxy=%s",
                nameOf(metadata), metadata.epoch(), metadata.address());
    }

    private void failed(Proxy metadata, String reason) {
        if (backoff.failed(metadata.address())) {
            LOG.warnf(
                    "Metadata not pushed, will be retried: cluster=%s epoch=%s proxy=%s reason=%s",
                    nameOf(metadata), metadata.epoch(), metadata.address(), reason);
        }
    }

    private static Object nameOf(Proxy metadata) {
        return metadata.clusterName() == null ? "" : metadata.clusterName();
    }
}
