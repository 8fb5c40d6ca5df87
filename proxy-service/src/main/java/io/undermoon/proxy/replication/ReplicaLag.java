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
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Measures the lag of the replicas behind this proxy. The master is asked for its offset before the replica is asked
 * for its own, so that a replica without lag is never measured as late. A measurement is valid for a few intervals; a
 * replica without a valid measurement is not within the limits.
 *
 * <p>Works on the control loop; {@link #isWithin} is for any thread.
 */
public final class ReplicaLag {
    private static final Logger LOG = Logger.getLogger(ReplicaLag.class);

    private static final int VALID_INTERVALS = 3;
    private static final Duration VALID_AT_LEAST = Duration.ofSeconds(3);

    private record Measured(boolean isWithin, long nanos) {}

    private final NodeClient client;
    private final Endpoints endpoints;
    private final LagLimits limits;
    private final Duration interval;
    private final Supplier<List<NodeStatus>> nodes;
    private final Map<Endpoint, Measured> measured = new ConcurrentHashMap<>();

    /** The replicas whose measurement is under way. */
    private final Set<NodeAddress> pending = new HashSet<>();

    /**
     * @param nodes the nodes behind this proxy, masters and replicas
     */
    public ReplicaLag(
            NodeClient client,
            Endpoints endpoints,
            LagLimits limits,
            Duration interval,
            Supplier<List<NodeStatus>> nodes) {
        this.client = client;
        this.endpoints = endpoints;
        this.limits = limits;
        this.interval = interval;
        this.nodes = nodes;
    }

    /** Measures on the loop from now on, if there is a limit. */
    public void start(EventLoop loop) {
        if (limits.isSet()) {
            loop.scheduleWithFixedDelay(() -> measure(loop), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Whether the lag of a replica is known to be within the limits. */
    public boolean isWithin(Endpoint replica) {
        if (!limits.isSet()) {
            return true;
        }
        Measured last = measured.get(replica);
        long validNanos = Math.max(
                VALID_AT_LEAST.toNanos(), interval.multipliedBy(VALID_INTERVALS).toNanos());
        return last != null && last.isWithin() && System.nanoTime() - last.nanos() < validNanos;
    }

    private void measure(EventLoop loop) {
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
                        .thenApply(now -> limits.allow(written - now.offset(), now.masterSilentSeconds())))
                .whenCompleteAsync(
                        (isWithin, problem) -> {
                            pending.remove(node);
                            if (problem == null) {
                                measured.put(replica, new Measured(isWithin, System.nanoTime()));
                            } else {
                                LOG.debugf("Replica lag is unknown: node=%s reason=%s", node, problem.getMessage());
                            }
                        },
                        loop);
    }

    private CompletionStage<Long> writtenByMaster(InfoReport report) {
        if (limits.maxBytes() == 0) {
            return CompletableFuture.completedStage(0L);
        }
        if (report.masterHost().isEmpty() || report.masterPort() == 0) {
            return CompletableFuture.failedStage(new IllegalStateException("the replica does not name its master"));
        }
        HostPort master = new HostPort(report.masterHost(), report.masterPort());
        return client.info(endpoints.redis(master.toString()), "replication").thenApply(InfoReport::offset);
    }
}
