package io.undermoon.broker.store;

import io.undermoon.broker.plan.Balancing;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Evens out the masters of chunks that a failover has skewed, when they have been quiet for some time: copies in sync,
 * nothing reported, no slots on the move. One chunk of a cluster is changed at a time, and the next one no sooner than
 * {@link #PAUSE} later. Each broker watches for itself; that another one was faster is seen as a change of roles.
 *
 * <p>Not thread-safe.
 */
public final class AutoBalance {
    /** Between two chunks of a cluster. */
    static final Duration PAUSE = Duration.ofSeconds(5);

    private static final Logger LOG = Logger.getLogger(AutoBalance.class);

    private final MetadataWriter metadata;
    private final Duration delay;
    private final LongSupplier nanoClock;
    private final Map<Skew, Long> quietSince = new HashMap<>();
    private final Map<ClusterName, Long> lastChange = new HashMap<>();

    /** A chunk and its roles. */
    private record Skew(List<ProxyAddress> proxies, RolePosition position) {
        static Skew of(StoredChunk chunk) {
            return new Skew(chunk.proxyAddresses(), chunk.rolePosition());
        }
    }

    /**
     * @param delay how long a chunk has to be quiet
     * @param nanoClock as {@link System#nanoTime}
     */
    public AutoBalance(MetadataWriter metadata, Duration delay, LongSupplier nanoClock) {
        this.metadata = metadata;
        this.delay = delay;
        this.nanoClock = nanoClock;
    }

    /** Evens out what has become due; called periodically. */
    public void round() {
        long now = nanoClock.getAsLong();
        PlanContext context = metadata.planContext();
        SortedMap<ClusterName, List<StoredChunk>> skewed = Balancing.quietAndSkewed(metadata.state(), context);
        Set<Skew> present = new HashSet<>();
        skewed.values().forEach(chunks -> chunks.forEach(chunk -> present.add(Skew.of(chunk))));
        quietSince.keySet().retainAll(present);
        present.forEach(skew -> quietSince.putIfAbsent(skew, now));
        lastChange.values().removeIf(changed -> now - changed >= PAUSE.toNanos());
        skewed.forEach((name, chunks) -> {
            if (!lastChange.containsKey(name)) {
                chunks.stream()
                        .filter(chunk -> isDue(chunk, now))
                        .findFirst()
                        .ifPresent(chunk -> balance(name, chunk.proxyAddresses(), now));
            }
        });
    }

    private boolean isDue(StoredChunk chunk, long now) {
        return now - quietSince.getOrDefault(Skew.of(chunk), now) >= delay.toNanos();
    }

    private void balance(ClusterName name, List<ProxyAddress> proxies, long now) {
        boolean isDone = metadata.change((state, context) -> Balancing.balanceChunk(state, context, name, proxies));
        if (isDone) {
            lastChange.put(name, now);
            LOG.infof(
                    "Masters evened out: cluster=%s epoch=%s proxies=%s",
                    name, metadata.state().globalEpoch(), proxies);
        }
    }
}
