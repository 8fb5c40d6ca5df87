package io.undermoon.proxy.server;

import io.undermoon.client.BrokerHttpException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.ProxySettings;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.proxy.control.cluster.ControlPlane;
import io.undermoon.proxy.control.cluster.FailingProxies;
import io.undermoon.proxy.topology.TopologyStore;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The broker as the control plane. Its calls block, so they are made on a thread of its own, one after the other. Which
 * proxies fail is asked now and then, and soon after each change of the metadata, which a failover is; while no broker
 * answers none is known to fail.
 */
final class BrokerControlPlane implements ControlPlane, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BrokerControlPlane.class);
    private static final int MAX_WAITING = 16;
    /** Within this time the proxies of a cluster ask after a change, not all at once. */
    private static final int SPREAD_MILLIS = 500;

    private static final String DOWN = "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE";

    private final @Nullable BrokerClient broker;
    private final TopologyStore topology;
    private final Duration interval;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean asksSoon = new AtomicBoolean();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "control-plane");
        thread.setDaemon(true);
        return thread;
    });
    private volatile FailingProxies failing = FailingProxies.NONE;

    /**
     * @param broker absent if the proxy knows none
     * @param interval how often the broker is asked which proxies fail
     */
    BrokerControlPlane(@Nullable BrokerClient broker, TopologyStore topology, Duration interval) {
        this.broker = broker;
        this.topology = topology;
        this.interval = interval;
    }

    static BrokerControlPlane of(ProxySettings settings, TopologyStore topology) {
        RegistrationSettings known = settings.registration();
        BrokerClient broker = known.brokers().isEmpty()
                ? null
                : new BrokerClient(known.brokers(), settings.tls().brokers(), known.token(), topology::installation);
        return new BrokerControlPlane(broker, topology, known.interval());
    }

    /** Asks from now on which proxies fail. */
    void start() {
        if (broker != null) {
            long millis = Math.max(1, interval.toMillis());
            long first = ThreadLocalRandom.current().nextLong(millis);
            executor.scheduleWithFixedDelay(this::askForFailing, first, millis, TimeUnit.MILLISECONDS);
            topology.onChange(changed -> askSoon());
        }
    }

    @Override
    public FailingProxies failing() {
        return failing;
    }

    @Override
    public CompletionStage<Void> takeOverFrom(ProxyAddress master, boolean force) {
        BrokerClient present = broker;
        if (present == null) {
            return CompletableFuture.failedStage(new ErrorReplyException(
                    "ERR the broker decides about roles, and this proxy knows none; set undermoon.broker_address"));
        }
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedStage(
                    new ErrorReplyException("ERR " + MAX_WAITING + " failovers are waiting for the broker already"));
        }
        return CompletableFuture.runAsync(() -> ask(present, master, topology.self(), force), executor)
                .whenComplete((done, problem) -> waiting.decrementAndGet());
    }

    private static void ask(BrokerClient broker, ProxyAddress master, ProxyAddress self, boolean force) {
        try {
            broker.switchOver(master, self, force);
            LOG.infof("Failover asked for by a client: master=%s force=%s", master, force);
        } catch (BrokerHttpException e) {
            boolean isDown = !force && e.status() != 0 && isFailed(broker, master);
            throw new ErrorReplyException(isDown ? DOWN : refusal(e));
        } catch (IOException e) {
            throw new ErrorReplyException("ERR the broker does not answer: " + e.getMessage());
        }
    }

    private static String refusal(BrokerHttpException e) {
        return e.status() == 0
                ? "ERR no broker answers: " + e.getMessage()
                : "ERR the broker refuses: " + (e.text().isEmpty() ? e.reason() : e.text());
    }

    private static boolean isFailed(BrokerClient broker, ProxyAddress master) {
        try {
            return broker.holdsForFailed(master);
        } catch (IOException e) {
            return false;
        }
    }

    private void askSoon() {
        if (!executor.isShutdown() && asksSoon.compareAndSet(false, true)) {
            long pause = ThreadLocalRandom.current().nextLong(SPREAD_MILLIS);
            executor.schedule(this::askForFailing, pause, TimeUnit.MILLISECONDS);
        }
    }

    private void askForFailing() {
        asksSoon.set(false);
        BrokerClient present = broker;
        ClusterName cluster = topology.current().clusterName();
        try {
            failing = present == null || cluster == null ? FailingProxies.NONE : present.failing(cluster);
        } catch (IOException e) {
            failing = FailingProxies.NONE;
            LOG.debugf("Which proxies fail is unknown: cluster=%s reason=%s", cluster, e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
