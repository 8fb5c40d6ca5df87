package io.undermoon.coordinator.sync;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.PushOutcome;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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

    /**
     * Sends one proxy what has changed in its cluster. A failure of the proxy is counted and logged, not thrown.
     *
     * @return false if the proxy has to get more: its metadata is not what the update leads from, or it takes none
     */
    boolean push(ProxyAddress address, ClusterUpdate update) {
        Target target = new Target(update.clusterName(), update.epoch(), address);
        return send(
                target,
                update.roles().containsKey(address),
                () -> proxies.push(address, update, leases.getAsBoolean()));
    }

    private void send(Proxy metadata) {
        send(
                new Target(metadata.clusterName(), metadata.epoch(), metadata.address()),
                true,
                () -> proxies.push(metadata, leases.getAsBoolean()));
    }

    /** Which metadata a proxy is to get. */
    private record Target(@Nullable ClusterName cluster, Epoch epoch, ProxyAddress proxy) {
        @Override
        public String toString() {
            return "cluster=" + (cluster == null ? "" : cluster) + " epoch=" + epoch + " proxy=" + proxy;
        }
    }

    /** @param isImportant whether success is told: not for each of a thousand proxies that hear of others */
    private boolean send(Target target, boolean isImportant, Supplier<PushOutcome> exchange) {
        try {
            PushOutcome outcome = exchange.get();
            metrics.pushed(outcome);
            switch (outcome) {
                case APPLIED -> applied(target, isImportant);
                case OLD_EPOCH -> backoff.succeeded(target.proxy());
                case NOT_MINE ->
                    failed(target, "it says that the metadata is not its own: is another machine at its address?");
                case UNKNOWN_BASE, UNKNOWN_COMMAND -> {
                    return false;
                }
            }
        } catch (RespClientException e) {
            metrics.pushFailed();
            failed(target, String.valueOf(e.getMessage()));
        }
        return true;
    }

    private void applied(Target target, boolean isImportant) {
        backoff.succeeded(target.proxy());
        statuses.answered(target.proxy(), Optional.of(target.epoch()));
        LOG.logf(isImportant ? Logger.Level.INFO : Logger.Level.DEBUG, "Metadata pushed: %s", target);
    }

    private void failed(Target target, String reason) {
        if (backoff.failed(target.proxy())) {
            LOG.warnf("Metadata not pushed, will be retried: %s reason=%s", target, reason);
        }
    }
}
