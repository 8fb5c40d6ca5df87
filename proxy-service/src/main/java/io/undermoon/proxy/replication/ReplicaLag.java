package io.undermoon.proxy.replication;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Measures the lag of the replicas behind this proxy. The master is asked for its offset before the replica is asked
 * for its own, so that a replica without lag is never measured as late. A measurement is valid for a few intervals; a
 * replica without a valid measurement is not within a limit.
 *
 * <p>Works on the control loop; the questions are for any thread.
 */
public final class ReplicaLag {
    private static final Logger LOG = Logger.getLogger(ReplicaLag.class);

    private static final int VALID_INTERVALS = 3;
    private static final Duration VALID_AT_LEAST = Duration.ofSeconds(3);

    private record Measured(long bytes, long silentSeconds, long nanos) {}

    private final NodeClient client;
    private final Endpoints endpoints;
    private final LagLimits limits;
    private final Duration interval;
    private final Supplier<List<NodeStatus>> nodes;
    private final LongSupplier maxLagOnFailover;
    private final Map<Endpoint, Measured> measured = new ConcurrentHashMap<>();

    /** The replicas whose measurement is under way. */
    private final Set<NodeAddress> pending = new HashSet<>();

    /**
     * @param nodes the nodes behind this proxy, masters and replicas
     * @param maxLagOnFailover how many bytes a replica may be behind to become master by itself; 0 for no limit
     */
    public ReplicaLag(
            NodeClient client,
            Endpoints endpoints,
            LagLimits limits,
            Duration interval,
            Supplier<List<NodeStatus>> nodes,
            LongSupplier maxLagOnFailover) {
        this.client = client;
        this.endpoints = endpoints;
        this.limits = limits;
        this.interval = interval;
        this.nodes = nodes;
        this.maxLagOnFailover = maxLagOnFailover;
    }

    /** Measures on the loop from now on, while there is a limit. */
    public void start(EventLoop loop) {
        loop.scheduleWithFixedDelay(() -> measure(loop), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether the lag of a replica is known to be within the limits for reads. */
    public boolean isWithin(Endpoint replica) {
        if (!limits.isSet()) {
            return true;
        }
        Measured last = valid(replica);
        return last != null && limits.allow(last.bytes(), last.silentSeconds());
    }

    /** Whether a replica is known to be close enough to its master to become master by itself. */
    public boolean isWithinMaxLag(NodeAddress replica) {
        long max = maxLagOnFailover.getAsLong();
        if (max == 0) {
            return true;
        }
        Measured last = valid(endpoints.redis(replica.value()));
        return last != null && last.bytes() <= max;
    }

    private @Nullable Measured valid(Endpoint replica) {
        Measured last = measured.get(replica);
        long validNanos = Math.max(
                VALID_AT_LEAST.toNanos(), interval.multipliedBy(VALID_INTERVALS).toNanos());
        return last != null && System.nanoTime() - last.nanos() < validNanos ? last : null;
    }

    private void measure(EventLoop loop) {
        if (!limits.isSet() && maxLagOnFailover.getAsLong() == 0) {
            return;
        }
        for (NodeStatus status : nodes.get()) {
            InfoReport report = status.report();
            if (report != null && report.role() == Role.REPLICA && status.up() && pending.add(status.node())) {
                measure(status.node(), report, loop);
            }
        }
    }

    private void measure(NodeAddress node, InfoReport report, EventLoop loop) {
        Endpoint replica = endpoints.redis(node.value());
        writtenByMaster(report)
                .thenCompose(written -> client.info(replica, "replication")
                        .thenApply(now ->
                                new Measured(written - now.offset(), now.masterSilentSeconds(), System.nanoTime())))
                .whenCompleteAsync(
                        (lag, problem) -> {
                            pending.remove(node);
                            if (problem == null) {
                                measured.put(replica, lag);
                            } else {
                                LOG.debugf("Replica lag is unknown: node=%s reason=%s", node, problem.getMessage());
                            }
                        },
                        loop);
    }

    private CompletionStage<Long> writtenByMaster(InfoReport report) {
        if (limits.maxBytes() == 0 && maxLagOnFailover.getAsLong() == 0) {
            return CompletableFuture.completedStage(0L);
        }
        if (report.masterHost().isEmpty() || report.masterPort() == 0) {
            return CompletableFuture.failedStage(new IllegalStateException("the replica does not name its master"));
        }
        HostPort master = new HostPort(report.masterHost(), report.masterPort());
        return client.info(endpoints.redis(master.toString()), "replication").thenApply(InfoReport::offset);
    }
}
