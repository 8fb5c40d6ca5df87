package io.undermoon.proxy.pubsub;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** How many clients of this proxy, on all its loops, have subscribed to each name: for {@code PUBSUB}. Thread-safe. */
public final class SubscriptionCounts {
    private final ConcurrentHashMap<ChannelName, Integer> counts = new ConcurrentHashMap<>();

    public void add(ChannelName name) {
        counts.merge(name, 1, Integer::sum);
    }

    public void remove(ChannelName name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }

    public int of(ChannelName name) {
        return counts.getOrDefault(name, 0);
    }

    /** The names of a kind that have subscribers. */
    public List<ChannelName> all(SubscriptionKind kind) {
        return counts.keySet().stream().filter(name -> name.kind() == kind).toList();
    }
}
