package io.undermoon.proxy.replication;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Waits with changes of roles until they lose nothing. A replica becomes master when the proxy of the present master
 * has stepped down and the replica has all that was written; a proxy that cannot be asked has failed, and is not
 * waited for. A master becomes a replica only of a node that is a master: before, it may have the only copy.
 *
 * <p>Works on the control loop, on which futures complete.
 */
final class RoleHandover {
    /** How long the proxy of the present master may take to answer; the writes that it acknowledges later are lost. */
    static final long ASK_MILLIS = 1000;

    /** How long a replica may take to get all that was written, while it is connected. */
    static final long CATCH_UP_MILLIS = 5000;

    private static final Logger LOG = Logger.getLogger(RoleHandover.class);
    private static final long POLL_MILLIS = 2;
    private static final long MAX_PAUSE_MILLIS = 500;

    private final NodeClient client;
    private final Endpoints endpoints;
    private final EventLoop loop;

    RoleHandover(NodeClient client, Endpoints endpoints, EventLoop loop) {
        this.client = client;
        this.endpoints = endpoints;
        this.loop = loop;
    }

    /**
     * Completes, never with a failure, when a replica may become master.
     *
     * @param former the present master and its proxy
     * @param epoch of the metadata in which the replica is master
     */
    CompletableFuture<@Nullable Void> beforePromotion(NodeAddress replica, ReplPeer former, Epoch epoch) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        CompletableFuture<ReplicationPosition> answer = client.call(
                        endpoints.peer(former.proxyAddress().value(), 0),
                        "UMCTL",
                        "STEPDOWN",
                        epoch.toString(),
                        former.nodeAddress().value())
                .thenApply(ReplicationPosition::parse)
                .toCompletableFuture();
        loop.schedule(
                () -> answer.completeExceptionally(
                        NodeException.unexpectedReply("no answer within " + ASK_MILLIS + " ms")),
                ASK_MILLIS,
                TimeUnit.MILLISECONDS);
        answer.whenCompleteAsync(
                (position, problem) -> {
                    if (problem == null) {
                        catchUp(replica, position, catchUpDeadline(), done);
                    } else {
                        LOG.infof(
                                "Proxy of the present master does not step down, its replica takes over: epoch=%s"
                                        + " node=%s master=%s proxy=%s reason=%s",
                                epoch,
                                replica,
                                former.nodeAddress(),
                                former.proxyAddress(),
                                NodeException.reason(problem));
                        done.complete(null);
                    }
                },
                loop);
        return done;
    }

    private void catchUp(
            NodeAddress replica, ReplicationPosition end, long deadlineNanos, CompletableFuture<@Nullable Void> done) {
        client.state(endpoints.redis(replica.value()))
                .whenCompleteAsync(
                        (report, problem) -> {
                            if (problem != null) {
                                // Before it answers it cannot become master either, so nothing is gained by giving up.
                                catchUpLater(replica, end, catchUpDeadline(), done);
                                return;
                            }
                            String obstacle = obstacle(report, end, deadlineNanos);
                            if (report.role() == Role.MASTER || end.isReachedBy(report)) {
                                done.complete(null);
                            } else if (obstacle == null) {
                                catchUpLater(replica, end, deadlineNanos, done);
                            } else {
                                LOG.warnf(
                                        "Replica takes over without all that its master has: node=%s history=%s"
                                                + " offset=%d reason=%s",
                                        replica, end.history(), end.offset(), obstacle);
                                done.complete(null);
                            }
                        },
                        loop);
    }

    private static long catchUpDeadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CATCH_UP_MILLIS);
    }

    private void catchUpLater(
            NodeAddress replica, ReplicationPosition end, long deadlineNanos, CompletableFuture<@Nullable Void> done) {
        loop.schedule(() -> catchUp(replica, end, deadlineNanos, done), POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Why a replica will not get all that was written; null while it may. */
    private static @Nullable String obstacle(InfoReport replica, ReplicationPosition end, long deadlineNanos) {
        if (!end.isOfHistory(replica)) {
            return "it has another history, " + replica.replicationId();
        }
        if (!replica.linkUp()) {
            return "it is not connected to its master";
        }
        return System.nanoTime() - deadlineNanos < 0
                ? null
                : "it has only reached offset " + replica.offset() + " in " + CATCH_UP_MILLIS + " ms";
    }

    /**
     * Completes, never with a failure, when the successor of a master is a master.
     *
     * @param wanted false ends the waiting without a result
     */
    CompletableFuture<@Nullable Void> beforeDemotion(NodeAddress successor, BooleanSupplier wanted) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        awaitMaster(endpoints.redis(successor.value()), wanted, POLL_MILLIS, done);
        return done;
    }

    private void awaitMaster(
            Endpoint successor, BooleanSupplier wanted, long pauseMillis, CompletableFuture<@Nullable Void> done) {
        client.state(successor)
                .whenCompleteAsync(
                        (report, problem) -> {
                            if (problem == null && report.role() == Role.MASTER) {
                                done.complete(null);
                            } else if (wanted.getAsBoolean()) {
                                long next = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
                                loop.schedule(
                                        () -> awaitMaster(successor, wanted, next, done),
                                        pauseMillis,
                                        TimeUnit.MILLISECONDS);
                            }
                        },
                        loop);
    }

    /**
     * Completes, never with a failure, when no other node follows a node, or it is no master. A node that joins a
     * cluster gives all its followers the data of its new master. One of them may have the only copy of what this node
     * had before: its proxy has failed before it could make it a master.
     *
     * @param wanted false ends the waiting without a result
     */
    CompletableFuture<@Nullable Void> beforeJoining(NodeAddress node, BooleanSupplier wanted) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        awaitNoFollowers(node, wanted, POLL_MILLIS, done);
        return done;
    }

    private void awaitNoFollowers(
            NodeAddress node, BooleanSupplier wanted, long pauseMillis, CompletableFuture<@Nullable Void> done) {
        client.state(endpoints.redis(node.value()))
                .whenCompleteAsync(
                        (report, problem) -> {
                            if (problem == null && (report.role() != Role.MASTER || !report.hasOnlineReplica())) {
                                done.complete(null);
                            } else if (wanted.getAsBoolean()) {
                                if (problem == null && pauseMillis == POLL_MILLIS) {
                                    LOG.warnf(
                                            "Node is followed by others and becomes a replica only when they have left:"
                                                    + " node=%s followers=%s",
                                            node, report.replicas());
                                }
                                long next = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
                                loop.schedule(
                                        () -> awaitNoFollowers(node, wanted, next, done),
                                        pauseMillis,
                                        TimeUnit.MILLISECONDS);
                            }
                        },
                        loop);
    }
}
