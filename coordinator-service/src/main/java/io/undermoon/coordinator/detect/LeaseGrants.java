package io.undermoon.coordinator.detect;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.coordinator.port.ProxyControl.Lease;
import io.undermoon.coordinator.port.ProxyControl.Probe;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Renews the leases of the proxies whose partners do not. A lease is renewed if the metadata by which its proxy serves
 * is that of the broker, read <em>after</em> the proxy has given the token: then nobody was made its successor by the
 * moment from which the lease counts. One read is for all proxies of a round; without such proxies there is none. Where
 * a proxy has newer metadata than the broker, the broker's is old, and says nothing about successors.
 *
 * <p>{@link #round} is for one thread; probes are noted by any.
 */
public final class LeaseGrants {
    private static final Logger LOG = Logger.getLogger(LeaseGrants.class);
    private static final Duration WAIT_LIMIT = Duration.ofMillis(300);

    private final MetadataSource source;
    private final ProxyControl proxies;
    private final KeyedExecutor executor;
    private final boolean enabled;
    private final Map<ProxyAddress, Lease> waiting = new ConcurrentHashMap<>();

    /** The epochs that proxies have reported. */
    private final Map<ProxyAddress, Epoch> reported = new ConcurrentHashMap<>();

    /**
     * @param enabled whether leases are granted at all
     */
    public LeaseGrants(MetadataSource source, ProxyControl proxies, KeyedExecutor executor, boolean enabled) {
        this.source = source;
        this.proxies = proxies;
        this.executor = executor;
        this.enabled = enabled;
    }

    /** Whether proxies are told that they need a lease. */
    public boolean areGranted() {
        return enabled && source.confirmsEpochs();
    }

    /** A proxy has answered a probe. */
    public void answered(ProxyAddress proxy, Probe probe) {
        probe.epoch().ifPresent(epoch -> reported.put(proxy, epoch));
        probe.lease().ifPresent(lease -> note(proxy, lease));
    }

    private void note(ProxyAddress proxy, Lease lease) {
        if (lease.isAlone()) {
            waiting.put(proxy, lease);
        } else {
            waiting.remove(proxy);
        }
    }

    /** The number of proxies whose leases this coordinator renews. */
    public int proxies() {
        return waiting.size();
    }

    /**
     * Renews the leases of the proxies that wait for it.
     *
     * @throws BrokerException if no broker answers, or can confirm what it knows, or if that is old
     */
    public void round() {
        Map<ProxyAddress, Lease> due = Map.copyOf(waiting);
        if (!enabled || due.isEmpty()) {
            return;
        }
        Map<ProxyAddress, Epoch> wanted = source.confirmedEpochs().orElse(Map.of());
        reported.keySet().retainAll(wanted.keySet());
        requireNewest(wanted);
        List<Renewal> renewals = new ArrayList<>();
        due.forEach((proxy, lease) -> {
            if (lease.epoch().equals(wanted.get(proxy))) {
                renewals.add(new Renewal(proxy, lease));
            }
        });
        executor.forEach(renewals, this::renew, WAIT_LIMIT);
    }

    private void requireNewest(Map<ProxyAddress, Epoch> wanted) {
        reported.forEach((proxy, epoch) -> {
            Epoch known = wanted.get(proxy);
            if (known != null && epoch.isAfter(known)) {
                throw new BrokerException("the broker has old metadata: proxy " + proxy + " has epoch " + epoch
                        + ", the broker has " + known + " for it");
            }
        });
    }

    private record Renewal(ProxyAddress proxy, Lease lease) {}

    private void renew(Renewal due) {
        try {
            note(due.proxy(), proxies.renew(due.proxy(), due.lease().token()));
        } catch (RespClientException e) {
            // The next probe brings another token.
            waiting.remove(due.proxy(), due.lease());
            LOG.debugf("Lease not renewed: proxy=%s reason=%s", due.proxy(), e.getMessage());
        }
    }
}
