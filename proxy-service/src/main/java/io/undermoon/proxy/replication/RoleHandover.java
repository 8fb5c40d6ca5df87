package io.undermoon.proxy.replication;

import io.netty.channel.EventLoop;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Waits with changes of roles until they lose nothing. A replica becomes master when the proxy of the present master
 * has stepped down and the replica has all that was written. A proxy that cannot be asked has failed; where leases
 * count, its lease has to be over first, unless nobody listens at its address any more. A master becomes a replica only
 * of a node that is a master: before, it may have the only copy.
 *
 * <p>Works on the control loop, on which futures complete.
 */
public final class RoleHandover {
    /** Begins the error of a proxy that has stopped to serve a master, but cannot say where its stream ends. */
    public static final String HAS_STOPPED = "ERR no position: ";

    /** How long the proxy of the present master may take to answer, where leases do not count. */
    static final long ASK_MILLIS = 1000;

    /** How long a replica may take to get all that was written, while it is connected. */
    static final long CATCH_UP_MILLIS = 5000;

    private static final Logger LOG = Logger.getLogger(RoleHandover.class);
    private static final long POLL_MILLIS = 2;
    private static final long MAX_PAUSE_MILLIS = 500;

    /** How long the node of a proxy that does not answer may take to say where its stream ends. */
    private static final long NODE_MILLIS = 300;

    private static final long ASK_AGAIN_MILLIS = 50;
    private static final String UNKNOWN_COMMAND = "Invalid sub command";
    private static final String OLD_EPOCH = "OLD_EPOCH";

    private final NodeConnections connections;
    private final NodeClient client;
    private final Endpoints endpoints;
    private final EventLoop loop;
    private final TakeoverRule rule;

    RoleHandover(NodeConnections connections, NodeClient client, Endpoints endpoints, TakeoverRule rule) {
        this.connections = connections;
        this.client = client;
        this.endpoints = endpoints;
        this.loop = connections.loop().eventLoop();
        this.rule = rule;
    }

    /**
     * Completes, never with a failure, when a replica may become master.
     *
     * @param former the present master and its proxy
     * @param epoch of the metadata in which the replica is master, which this proxy has just got
     * @param wanted false ends the waiting without a result
     */
    CompletableFuture<@Nullable Void> beforePromotion(
            NodeAddress replica, ReplPeer former, Epoch epoch, BooleanSupplier wanted) {
        Takeover takeover = new Takeover(replica, former, epoch, wanted);
        takeover.ask();
        return takeover.done;
    }

    /**
     * Completes, never with a failure, when a node may be made master of which this process does not know what it was:
     * at once if it is one, else when every lease is over by which another proxy may serve the master that it follows.
     *
     * @param wanted false ends the waiting without a result
     */
    CompletableFuture<@Nullable Void> beforeFirstOrder(NodeAddress node, BooleanSupplier wanted) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        long end = System.nanoTime() + waitNanos();
        client.state(endpoints.redis(node.value()))
                .whenCompleteAsync(
                        (report, problem) -> {
                            long left = end - System.nanoTime();
                            if (left <= 0 || problem == null && report.role() == Role.MASTER) {
                                done.complete(null);
                            } else if (wanted.getAsBoolean()) {
                                loop.schedule(() -> done.complete(null), left, TimeUnit.NANOSECONDS);
                            }
                        },
                        loop);
        return done;
    }

    private long waitNanos() {
        return rule.lease().isRequired() ? Lease.WAIT.toNanos() : 0;
    }

    /** One replica on its way to become master. */
    private final class Takeover {
        private final NodeAddress replica;
        private final ReplPeer former;
        private final Epoch epoch;
        private final BooleanSupplier wanted;
        private final boolean hasLease = rule.lease().isRequired();
        private final long endNanos =
                System.nanoTime() + (hasLease ? waitNanos() : TimeUnit.MILLISECONDS.toNanos(ASK_MILLIS));
        private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

        Takeover(NodeAddress replica, ReplPeer former, Epoch epoch, BooleanSupplier wanted) {
            this.replica = replica;
            this.former = former;
            this.epoch = epoch;
            this.wanted = wanted;
        }

        /** On a connection of its own: the reply may take long, and promises of leases must not wait for it. */
        private Endpoint proxy() {
            return endpoints.peer(former.proxyAddress().value(), 1);
        }

        void ask() {
            within(
                            endNanos - System.nanoTime(),
                            client.call(
                                    proxy(),
                                    "UMCTL",
                                    "STEPDOWN",
                                    epoch.toString(),
                                    former.nodeAddress().value()))
                    .thenApply(ReplicationPosition::parse)
                    .whenCompleteAsync(
                            (position, problem) -> {
                                if (problem == null) {
                                    follow(position);
                                } else {
                                    notStopped(NodeException.of(problem));
                                }
                            },
                            loop);
        }

        private void follow(ReplicationPosition position) {
            new CatchUp(replica, position, wanted, done).look();
        }

        private void notStopped(NodeException problem) {
            boolean isError = problem.isErrorReply();
            if (isError
                    && (problem.text().startsWith(HAS_STOPPED) || problem.text().startsWith(UNKNOWN_COMMAND))) {
                takeOver(problem.text());
            } else if (isError && problem.text().startsWith(OLD_EPOCH)) {
                // It is master in newer metadata, which comes to this proxy, too, and ends the waiting.
                askAgain(MAX_PAUSE_MILLIS);
            } else if (!hasLease) {
                takeOver(String.valueOf(problem.getMessage()));
            } else {
                whileLeaseLasts(String.valueOf(problem.getMessage()));
            }
        }

        private void whileLeaseLasts(String reason) {
            long left = endNanos - System.nanoTime();
            if (left <= 0) {
                followNode(reason);
                return;
            }
            within(left, connections.isRefused(proxy()))
                    .whenCompleteAsync(
                            (refused, problem) -> {
                                if (rule.trustsRefused() && problem == null && refused) {
                                    followNode("nobody listens there");
                                } else if (System.nanoTime() - endNanos < 0) {
                                    askAgain(ASK_AGAIN_MILLIS);
                                } else {
                                    followNode(reason);
                                }
                            },
                            loop);
        }

        private void askAgain(long millis) {
            long left = Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()) + 1);
            if (wanted.getAsBoolean()) {
                loop.schedule(this::ask, left == 1 ? millis : Math.min(millis, left), TimeUnit.MILLISECONDS);
            }
        }

        /** Nothing is acknowledged at the master any more; what was, is in the node, if that is still there. */
        private void followNode(String reason) {
            within(
                            TimeUnit.MILLISECONDS.toNanos(NODE_MILLIS),
                            client.state(endpoints.redis(former.nodeAddress().value())))
                    .whenCompleteAsync(
                            (report, problem) -> {
                                if (problem == null && report.role() == Role.MASTER) {
                                    LOG.infof(
                                            "Proxy of the present master serves no more, its replica takes over:"
                                                    + " epoch=%s node=%s master=%s proxy=%s reason=%s",
                                            epoch, replica, former.nodeAddress(), former.proxyAddress(), reason);
                                    follow(ReplicationPosition.of(report));
                                } else {
                                    takeOver(reason);
                                }
                            },
                            loop);
        }

        private void takeOver(String reason) {
            LOG.infof(
                    "Proxy of the present master does not step down, its replica takes over: epoch=%s"
                            + " node=%s master=%s proxy=%s reason=%s",
                    epoch, replica, former.nodeAddress(), former.proxyAddress(), reason);
            done.complete(null);
        }
    }

    /** The same stage, which fails when it takes too long. */
    private <T> CompletableFuture<T> within(long nanos, CompletionStage<T> stage) {
        CompletableFuture<T> limited = stage.toCompletableFuture().copy();
        ScheduledFuture<?> timer = loop.schedule(
                () -> limited.completeExceptionally(NodeException.unexpectedReply("no answer in time")),
                Math.max(0, nanos),
                TimeUnit.NANOSECONDS);
        limited.whenComplete((value, problem) -> timer.cancel(false));
        return limited;
    }

    /** A replica on its way to the end of its master's stream. */
    private final class CatchUp {
        private final NodeAddress replica;
        private final ReplicationPosition end;
        private final BooleanSupplier wanted;
        private final CompletableFuture<@Nullable Void> done;
        private long deadlineNanos = catchUpDeadline();
        private long pauseMillis = POLL_MILLIS;

        CatchUp(
                NodeAddress replica,
                ReplicationPosition end,
                BooleanSupplier wanted,
                CompletableFuture<@Nullable Void> done) {
            this.replica = replica;
            this.end = end;
            this.wanted = wanted;
            this.done = done;
        }

        void look() {
            client.state(endpoints.redis(replica.value()))
                    .whenCompleteAsync(
                            (report, problem) -> {
                                if (problem == null) {
                                    pauseMillis = POLL_MILLIS;
                                    reported(report);
                                } else {
                                    // Before it answers it cannot become master either: nothing is gained by giving up.
                                    deadlineNanos = catchUpDeadline();
                                    pauseMillis = Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
                                    lookLater();
                                }
                            },
                            loop);
        }

        private void reported(InfoReport report) {
            String obstacle = obstacle(report, end, deadlineNanos);
            if (report.role() == Role.MASTER || end.isReachedBy(report)) {
                done.complete(null);
            } else if (obstacle == null) {
                lookLater();
            } else {
                LOG.warnf(
                        "Replica takes over without all that its master has: node=%s history=%s offset=%d reason=%s",
                        replica, end.history(), end.offset(), obstacle);
                done.complete(null);
            }
        }

        private void lookLater() {
            if (wanted.getAsBoolean()) {
                loop.schedule(this::look, pauseMillis, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static long catchUpDeadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CATCH_UP_MILLIS);
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
     * had before: its proxy has failed before it could make it a master. A follower that is not online yet counts: a
     * master says so for up to 100 ms (its {@code serverCron}) after the follower has loaded the snapshot.
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
                            if (problem == null && (report.role() != Role.MASTER || !report.hasReplica())) {
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
