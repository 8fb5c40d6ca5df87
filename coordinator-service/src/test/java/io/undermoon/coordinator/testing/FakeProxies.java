package io.undermoon.coordinator.testing;

import io.undermoon.client.RespClientException;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.coordinator.port.ProxyControl;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** In-memory proxies that accept metadata as real ones do, and fail or hang on request. */
public final class FakeProxies implements ProxyControl {
    public final List<ProxyAddress> pushes = new CopyOnWriteArrayList<>();
    public final List<String> updates = new CopyOnWriteArrayList<>();
    public final Set<ProxyAddress> takesUpdates = ConcurrentHashMap.newKeySet();
    public final List<ProxyAddress> probes = new CopyOnWriteArrayList<>();
    public final Map<ProxyAddress, Epoch> epochs = new ConcurrentHashMap<>();
    public final Map<ProxyAddress, List<NodeHealth>> nodes = new ConcurrentHashMap<>();
    public final Map<ProxyAddress, List<MigrationTask>> finished = new ConcurrentHashMap<>();
    public final Map<ProxyAddress, List<MigrationProgress>> progress = new ConcurrentHashMap<>();
    public final Map<ProxyAddress, PushOutcome> pushOutcomes = new ConcurrentHashMap<>();
    public final Set<ProxyAddress> dead = ConcurrentHashMap.newKeySet();
    public final Set<ProxyAddress> silent = ConcurrentHashMap.newKeySet();
    public final Set<ProxyAddress> alone = ConcurrentHashMap.newKeySet();
    public final List<String> renewals = new CopyOnWriteArrayList<>();
    private final AtomicInteger tokens = new AtomicInteger();
    private final Map<ProxyAddress, CountDownLatch> hanging = new ConcurrentHashMap<>();

    /** Makes calls to the proxy wait for {@link #release}. */
    public void hang(ProxyAddress proxy) {
        hanging.put(proxy, new CountDownLatch(1));
    }

    public void release(ProxyAddress proxy) {
        hanging.remove(proxy).countDown();
    }

    @Override
    public Probe probe(ProxyAddress proxy) {
        probes.add(proxy);
        reach(proxy);
        return new Probe(
                Optional.of(epochs.getOrDefault(proxy, Epoch.ZERO)),
                nodes.getOrDefault(proxy, List.of()),
                Optional.of(lease(proxy)));
    }

    @Override
    public Lease renew(ProxyAddress proxy, String token) {
        reach(proxy);
        renewals.add(proxy + " " + token);
        return lease(proxy);
    }

    private Lease lease(ProxyAddress proxy) {
        return new Lease(
                "token" + tokens.incrementAndGet(), epochs.getOrDefault(proxy, Epoch.ZERO), alone.contains(proxy));
    }

    @Override
    public PushOutcome push(Proxy metadata, boolean leases) {
        ProxyAddress proxy = metadata.address();
        pushes.add(proxy);
        reach(proxy);
        PushOutcome scripted = pushOutcomes.get(proxy);
        if (scripted != null) {
            return scripted;
        }
        if (!metadata.epoch().isAfter(epochs.getOrDefault(proxy, Epoch.ZERO))) {
            return PushOutcome.OLD_EPOCH;
        }
        epochs.put(proxy, metadata.epoch());
        return PushOutcome.APPLIED;
    }

    @Override
    public PushOutcome push(ProxyAddress proxy, ClusterUpdate update, boolean leases) {
        if (!takesUpdates.contains(proxy)) {
            return PushOutcome.UNKNOWN_COMMAND;
        }
        updates.add(proxy + " from " + update.base());
        reach(proxy);
        if (!update.base().equals(Epoch.ZERO) && !update.base().equals(epochs.get(proxy))) {
            return PushOutcome.UNKNOWN_BASE;
        }
        epochs.put(proxy, update.epoch());
        return PushOutcome.APPLIED;
    }

    @Override
    public Migrations migrations(ProxyAddress proxy) {
        reach(proxy);
        return new Migrations(finished.getOrDefault(proxy, List.of()), progress.getOrDefault(proxy, List.of()));
    }

    private void reach(ProxyAddress proxy) {
        CountDownLatch latch = hanging.get(proxy);
        try {
            if (latch != null) {
                latch.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RespClientException(RespClientException.Reason.CLOSED, "interrupted", e);
        }
        if (silent.contains(proxy)) {
            throw new RespClientException(RespClientException.Reason.TIMEOUT, "no reply");
        }
        if (dead.contains(proxy)) {
            throw new RespClientException(RespClientException.Reason.UNREACHABLE, "connection refused");
        }
    }
}
