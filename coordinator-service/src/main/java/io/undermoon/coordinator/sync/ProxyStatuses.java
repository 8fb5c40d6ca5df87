package io.undermoon.coordinator.sync;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The proxies that answered their last probe, each with the epoch it reported; the epoch is empty if the proxy refused
 * to tell. Thread-safe. An entry may be slightly out of date; acting on it twice does no harm.
 */
public final class ProxyStatuses {
    private final Map<ProxyAddress, Optional<Epoch>> epochs = new ConcurrentHashMap<>();

    public void answered(ProxyAddress proxy, Optional<Epoch> epoch) {
        epochs.put(proxy, epoch);
    }

    public void failed(ProxyAddress proxy) {
        epochs.remove(proxy);
    }

    /** Removes all other proxies. */
    public void retain(Collection<ProxyAddress> proxies) {
        // In a list each of a thousand would be looked for among a thousand.
        epochs.keySet().retainAll(Set.copyOf(proxies));
    }

    public Map<ProxyAddress, Optional<Epoch>> snapshot() {
        return Map.copyOf(epochs);
    }

    /** The number of proxies that answered. */
    public int size() {
        return epochs.size();
    }
}
