package io.undermoon.coordinator.sync;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The proxies that answered when they were last asked, each with the epoch it named: empty if it would not tell.
 * Thread-safe. An entry may be a moment old; acting on it again does no harm.
 */
public final class Roster {
    private final Map<ProxyAddress, Optional<Epoch>> answers = new ConcurrentHashMap<>();

    public void answered(ProxyAddress proxy, Optional<Epoch> epoch) {
        answers.put(proxy, epoch);
    }

    public void silent(ProxyAddress proxy) {
        answers.remove(proxy);
    }

    /** Forgets all other proxies. */
    public void retain(Collection<ProxyAddress> proxies) {
        answers.keySet().retainAll(proxies);
    }

    public Map<ProxyAddress, Optional<Epoch>> snapshot() {
        return Map.copyOf(answers);
    }

    /** How many proxies answered. */
    public int size() {
        return answers.size();
    }
}
