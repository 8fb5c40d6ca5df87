package io.undermoon.broker.observe;

import io.undermoon.broker.state.Metadata;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks every proxy how it is: every second while somebody looks, else every {@value #IDLE_TICKS} seconds. It asks for
 * figures every {@value #IDLE_TICKS} seconds in both cases, a part of the proxies each second. A proxy that has not
 * answered yet is not asked again. Thread-safe; {@link #tick} is called once a second.
 */
public final class ProxyObserver {
    static final int IDLE_TICKS = 5;
    /** For how long after a look somebody is taken to look. */
    private static final Duration ATTENTION = Duration.ofSeconds(30);

    private final ProxyProbe probe;
    private final LongSupplier millis;
    private final Map<ProxyAddress, Observation> observations = new ConcurrentHashMap<>();
    private final Set<ProxyAddress> asked = ConcurrentHashMap.newKeySet();
    private final Set<ProxyAddress> askedForFigures = ConcurrentHashMap.newKeySet();
    private final Set<CompletableFuture<Long>> waiters = ConcurrentHashMap.newKeySet();
    private final AtomicLong revision = new AtomicLong(1);

    private long ticks;
    private Epoch epoch = Epoch.ZERO;
    private volatile long epochMillis;
    private volatile long lookedAtMillis;

    /** @param millis a monotonic clock in milliseconds, above 0 */
    public ProxyObserver(ProxyProbe probe, LongSupplier millis) {
        this.probe = probe;
        this.millis = millis;
        this.lookedAtMillis = millis.getAsLong() - ATTENTION.toMillis() - 1;
    }

    /** Asks the proxies whose turn it is. */
    public synchronized void tick(Metadata state) {
        Set<ProxyAddress> proxies = state.allProxies().keySet();
        if (!state.globalEpoch().equals(epoch)) {
            epoch = state.globalEpoch();
            epochMillis = millis.getAsLong();
        }
        long tick = ticks++;
        probe.retain(proxies);
        observations.keySet().retainAll(proxies);
        boolean isWatched = isWatched();
        for (ProxyAddress proxy : proxies) {
            boolean isItsTurn =
                    !observations.containsKey(proxy) || Math.floorMod(proxy.hashCode() + tick, IDLE_TICKS) == 0;
            if ((isItsTurn || isWatched) && asked.add(proxy)) {
                askState(proxy);
            }
            if (isItsTurn && askedForFigures.add(proxy)) {
                askFigures(proxy);
            }
        }
        announce();
    }

    /** The proxies that have been asked and are still registered. */
    public Map<ProxyAddress, Observation> observations() {
        return observations;
    }

    public Observation of(ProxyAddress proxy) {
        return observations.getOrDefault(proxy, Observation.NONE);
    }

    /** Says that somebody looks; has the proxies asked more often for some time. */
    public void look() {
        lookedAtMillis = millis.getAsLong();
    }

    /** For how long the metadata has been as it is. */
    long metadataAgeMillis() {
        return millis.getAsLong() - epochMillis;
    }

    public long nowMillis() {
        return millis.getAsLong();
    }

    /** Rises with what is known; at least once a second. */
    public long revision() {
        return revision.get();
    }

    /** Completes as soon as the revision differs from the one that is known, or at the time limit. */
    public CompletionStage<Long> awaitOtherThan(long known, Duration timeout) {
        CompletableFuture<Long> waiter = new CompletableFuture<>();
        waiters.add(waiter);
        CompletionStage<Long> answer = waiter.whenComplete((done, failure) -> waiters.remove(waiter));
        // Read after the waiter was registered, so that no change is missed.
        long now = revision.get();
        if (now != known) {
            waiter.complete(now);
        }
        waiter.completeOnTimeout(now, timeout.toMillis(), TimeUnit.MILLISECONDS);
        return answer;
    }

    /** Ends the waits: something else has changed. */
    public void announce() {
        long next = revision.incrementAndGet();
        waiters.forEach(waiter -> waiter.complete(next));
    }

    private boolean isWatched() {
        return millis.getAsLong() - lookedAtMillis <= ATTENTION.toMillis();
    }

    private void askState(ProxyAddress proxy) {
        probe.state(proxy).whenComplete((answer, failure) -> {
            asked.remove(proxy);
            Observation before = of(proxy);
            Observation after = observations.merge(
                    proxy,
                    failure == null
                            ? Observation.NONE.answered(answer, nowMillis())
                            : Observation.NONE.failed(reason(failure), nowMillis()),
                    (known, unused) -> failure == null
                            ? known.answered(answer, nowMillis())
                            : known.failed(reason(failure), nowMillis()));
            if (isOtherState(before, after)) {
                announce();
            }
        });
    }

    private void askFigures(ProxyAddress proxy) {
        probe.figures(proxy).whenComplete((figures, failure) -> {
            askedForFigures.remove(proxy);
            if (failure == null) {
                observations.merge(
                        proxy,
                        Observation.NONE.told(figures, nowMillis()),
                        (known, unused) -> known.told(figures, nowMillis()));
            }
        });
    }

    /** Whether people should see it at once. */
    private static boolean isOtherState(Observation before, Observation after) {
        ProxyAnswer old = before.answer();
        ProxyAnswer next = after.answer();
        return before.isSilent() != after.isSilent() || old != null && next != null && next.isOther(old);
    }

    static String reason(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause == null || cause.getMessage() == null ? "no answer" : cause.getMessage();
    }
}
