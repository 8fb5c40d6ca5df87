package io.undermoon.proxy.pubsub;

import io.undermoon.glob.GlobPattern;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many clients of this proxy, on all its loops, have subscribed to each name: for {@code PUBSUB} and {@code
 * PUBLISH}. Thread-safe.
 */
public final class SubscriptionCounts {
    private final ConcurrentHashMap<ChannelName, Integer> counts = new ConcurrentHashMap<>();

    /** The patterns among the names, ready to be matched. */
    private final ConcurrentHashMap<ChannelName, GlobPattern> patterns = new ConcurrentHashMap<>();

    public void add(ChannelName name) {
        counts.merge(name, 1, Integer::sum);
        if (name.kind() == SubscriptionKind.PATTERN) {
            patterns.computeIfAbsent(name, pattern -> GlobPattern.ofCase(pattern.text()));
        }
    }

    public void remove(ChannelName name) {
        counts.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
        if (name.kind() == SubscriptionKind.PATTERN) {
            patterns.computeIfPresent(name, (key, pattern) -> counts.containsKey(key) ? pattern : null);
        }
    }

    public int of(ChannelName name) {
        return counts.getOrDefault(name, 0);
    }

    /**
     * How many clients get a message to a channel or shard channel. As in Redis, a client counts once for the channel
     * and once for each of its patterns that match.
     */
    int receivers(ChannelName channel) {
        int receivers = of(channel);
        if (channel.kind() == SubscriptionKind.CHANNEL && !patterns.isEmpty()) {
            String text = channel.text();
            for (Map.Entry<ChannelName, GlobPattern> pattern : patterns.entrySet()) {
                if (pattern.getValue().matches(text)) {
                    receivers += of(pattern.getKey());
                }
            }
        }
        return receivers;
    }

    /** How many channels have subscribers. */
    public int channels() {
        return all(SubscriptionKind.CHANNEL).size();
    }

    /** How many patterns have subscribers. */
    public int patterns() {
        return all(SubscriptionKind.PATTERN).size();
    }

    /** How many shard channels have subscribers. */
    public int shardChannels() {
        return all(SubscriptionKind.SHARD).size();
    }

    /** The names of a kind that have subscribers. */
    public List<ChannelName> all(SubscriptionKind kind) {
        return counts.keySet().stream().filter(name -> name.kind() == kind).toList();
    }
}
