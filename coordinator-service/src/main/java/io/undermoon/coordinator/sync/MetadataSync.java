package io.undermoon.coordinator.sync;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Compares the epoch that each proxy reported in its last probe with the broker's, and pushes metadata to the proxies
 * that are behind: an idle cluster moves no metadata. A proxy gets what has changed since the epoch that it has, and
 * those whose own nodes are concerned come first (see {@link ClusterUpdates}). Free proxies, and those of the original,
 * get their whole metadata; so do all where the broker is of the original, and destinations of slots come before
 * sources then (see {@link PushOrder}). Proxies that do not answer probes are left out, so they delay no others.
 */
public final class MetadataSync {
    private static final Logger LOG = Logger.getLogger(MetadataSync.class);
    /** Longer than a push with all its time-outs: the pushes of one order must end before those of the next begin. */
    private static final Duration WAIT_LIMIT = Duration.ofSeconds(60);

    private final MetadataSource source;
    private final ProxyStatuses statuses;
    private final MetadataPush push;
    private final KeyedExecutor fetchExecutor;
    private final KeyedExecutor pushExecutor;
    private final StaleBrokerRecovery staleBrokerRecovery;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * @param fetchExecutor for calls to the broker
     * @param pushExecutor for pushes
     * @param recoverEpochs whether to repair a broker that is behind the proxies
     * @param nanoClock as {@link System#nanoTime}
     */
    public MetadataSync(
            MetadataSource source,
            ProxyStatuses statuses,
            MetadataPush push,
            KeyedExecutor fetchExecutor,
            KeyedExecutor pushExecutor,
            LoopMetrics metrics,
            boolean recoverEpochs,
            LongSupplier nanoClock) {
        this.source = source;
        this.statuses = statuses;
        this.push = push;
        this.fetchExecutor = fetchExecutor;
        this.pushExecutor = pushExecutor;
        this.staleBrokerRecovery = new StaleBrokerRecovery(source, metrics, recoverEpochs, nanoClock);
    }

    /**
     * Runs one round, unless one is running.
     *
     * @throws BrokerException if the broker does not answer
     */
    public void round() {
        if (lock.tryLock()) {
            runLocked();
        }
    }

    /**
     * Runs one round that sees all changes made before this call: waits for a running round first.
     *
     * @throws BrokerException if the broker does not answer
     */
    public void roundAfterChange() {
        lock.lock();
        runLocked();
    }

    private void runLocked() {
        try {
            synchronise();
        } finally {
            lock.unlock();
        }
    }

    private void synchronise() {
        // Proxies answered before the broker does, so a proxy that is ahead is ahead of the broker's latest epoch.
        Map<ProxyAddress, Optional<Epoch>> answers = statuses.snapshot();
        Map<ProxyAddress, Epoch> wanted = source.wantedEpochs().orElseGet(() -> epochsOfMetadata(answers.keySet()));
        push.retain(wanted.keySet());
        Map<ProxyAddress, Optional<Epoch>> behind = new LinkedHashMap<>();
        Map<ProxyAddress, Epoch> ahead = new LinkedHashMap<>();
        wanted.forEach((proxy, epoch) -> {
            Optional<Epoch> answer = answers.get(proxy);
            if (answer == null) {
                return;
            }
            if (answer.isPresent() && answer.get().isAfter(epoch)) {
                ahead.put(proxy, answer.get());
            } else if (!answer.equals(Optional.of(epoch)) && push.ready(proxy)) {
                behind.put(proxy, answer);
            }
        });
        if (!behind.isEmpty()) {
            List<ProxyAddress> others = new ArrayList<>(behind.keySet());
            others.removeAll(pushUpdates(behind));
            pushInOrder(others);
        }
        staleBrokerRecovery.observe(ahead, wanted);
    }

    /** Returns the proxies that have been served: none where the broker does not tell what has changed. */
    private Set<ProxyAddress> pushUpdates(Map<ProxyAddress, Optional<Epoch>> behind) {
        ClusterUpdates updates = new ClusterUpdates(source, behind);
        Set<ProxyAddress> served = new HashSet<>();
        for (List<ProxyAddress> turn : updates.turns()) {
            served.addAll(turn);
            pushExecutor.forEach(turn, proxy -> pushUpdate(proxy, updates), WAIT_LIMIT);
        }
        if (!served.isEmpty()) {
            LOG.infof("Metadata pushed to those that were behind: proxies=%d", served.size());
        }
        return served;
    }

    private void pushUpdate(ProxyAddress proxy, ClusterUpdates updates) {
        try {
            Optional<ClusterUpdate> update = updates.of(proxy);
            boolean isDone = update.isPresent() && push.push(proxy, update.get());
            if (!isDone && update.isPresent() && !update.get().base().equals(Epoch.ZERO)) {
                isDone = updates.whole(proxy)
                        .map(whole -> push.push(proxy, whole))
                        .orElse(false);
            }
            if (!isDone) {
                push.push(proxy);
            }
        } catch (BrokerException e) {
            LOG.warnf("Metadata not fetched, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }

    private void pushInOrder(List<ProxyAddress> behind) {
        if (behind.isEmpty()) {
            return;
        }
        Map<ProxyAddress, PushOrder> orders = ordersOf(behind);
        for (PushOrder order : PushOrder.values()) {
            List<ProxyAddress> batch =
                    behind.stream().filter(proxy -> orders.get(proxy) == order).toList();
            pushExecutor.forEach(batch, this::pushOne, WAIT_LIMIT);
        }
    }

    private void pushOne(ProxyAddress proxy) {
        try {
            push.push(proxy);
        } catch (BrokerException e) {
            LOG.warnf("Metadata not fetched, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
        }
    }

    /**
     * The push order of each proxy that is still registered. Reads each cluster once, not the metadata of each proxy:
     * all of that would not fit into memory for a big cluster.
     */
    private Map<ProxyAddress, PushOrder> ordersOf(List<ProxyAddress> behind) {
        Map<ProxyAddress, PushOrder> orders = new ConcurrentHashMap<>();
        forEachFetched(behind, proxy -> {
            if (orders.containsKey(proxy)) {
                return;
            }
            Optional<Proxy> metadata = source.proxy(proxy);
            if (metadata.isEmpty()) {
                return;
            }
            if (metadata.get().clusterName() != null) {
                source.cluster(metadata.get().clusterName()).map(PushOrder::of).ifPresent(orders::putAll);
            }
            orders.putIfAbsent(proxy, PushOrder.WITHOUT_SLOTS);
        });
        return orders;
    }

    /** The result of {@link MetadataSource#wantedEpochs} for a broker that does not have that path. */
    private Map<ProxyAddress, Epoch> epochsOfMetadata(Collection<ProxyAddress> answering) {
        Set<ProxyAddress> failed = source.failedProxies();
        List<ProxyAddress> asked =
                source.proxies().stream().filter(answering::contains).toList();
        Map<ProxyAddress, Epoch> epochs = new ConcurrentHashMap<>();
        forEachFetched(
                asked,
                proxy -> source.proxy(proxy)
                        .filter(metadata -> !(metadata.isFree() && failed.contains(proxy)))
                        .ifPresent(metadata -> epochs.put(proxy, metadata.epoch())));
        return epochs;
    }

    private void forEachFetched(List<ProxyAddress> addresses, Consumer<ProxyAddress> fetch) {
        fetchExecutor.forEach(
                addresses,
                proxy -> {
                    try {
                        fetch.accept(proxy);
                    } catch (BrokerException e) {
                        LOG.warnf("Metadata not fetched, will be retried: proxy=%s reason=%s", proxy, e.getMessage());
                    }
                },
                WAIT_LIMIT);
    }
}
