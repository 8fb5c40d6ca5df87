package io.undermoon.proxy.replication;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.replication.NodeRun.Answer;
import io.undermoon.proxy.replication.RoleKeeping.Action;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the role of one node: carries out the actions of its {@link RoleKeeping}. One action is under way at a time,
 * and the outcome of an action is ignored if a new order came before it. The node executes commands in the order in
 * which they were sent, so orders do not interleave.
 *
 * <p>Owned by the control loop; {@link #status} is for any thread.
 */
final class NodeRoleKeeper {
    private static final Logger LOG = Logger.getLogger(NodeRoleKeeper.class);

    private static final long SUCCESSOR_MILLIS = 500;

    private static final String NOT_ASKED = "not asked yet";
    private static final String REFUSES = "refuses its role: ";

    private final NodeAddress node;
    private final Endpoint endpoint;
    private final NodeClient client;
    private final EventLoop loop;
    private final ReplicationSettings settings;
    private final ClearedRuns runs;
    private final BooleanSupplier isCurrent;
    private final Runnable onMaster;

    private final MasterLogin login;
    private final CopySearch copies;

    private RoleKeeping keeping = RoleKeeping.START;

    /** The replicas of the node, if it is to be a master; the first one may become master. */
    private List<Endpoint> replicas = List.of();

    /** The number of the present action; an outcome with another number is outdated. */
    private long turn;

    private @Nullable ScheduledFuture<?> timer;
    private boolean markRefused;
    private volatile NodeStatus status;

    /**
     * @param isCurrent whether the role is certainly the one of the present metadata
     * @param onMaster is run each time the node reports that it is the master that it should be
     */
    NodeRoleKeeper(
            NodeAddress node,
            Endpoints endpoints,
            NodeClient client,
            EventLoop loop,
            ReplicationSettings settings,
            ClearedRuns runs,
            BooleanSupplier isCurrent,
            Runnable onMaster) {
        this.node = node;
        this.endpoint = endpoints.redis(node.value());
        this.client = client;
        this.loop = loop;
        this.settings = settings;
        this.runs = runs;
        this.isCurrent = isCurrent;
        this.onMaster = onMaster;
        this.login = new MasterLogin(endpoint, endpoints, client, loop, settings);
        this.copies = new CopySearch(node, client);
        this.status = new NodeStatus(node, null, false, null, System.nanoTime(), Restart.NONE, NOT_ASKED);
    }

    NodeStatus status() {
        return status;
    }

    void start() {
        take(keeping.due());
    }

    /**
     * Gives the node a role to keep, or null for any; at once.
     *
     * @param newReplicas of the node if it is to be a master: that which may become master, then those of hot spares
     */
    void order(@Nullable WantedRole role, List<Endpoint> newReplicas) {
        replicas = newReplicas;
        List<Endpoint> successors = newReplicas.subList(0, Math.min(1, newReplicas.size()));
        boolean isOtherReplica = !successors.isEmpty() && !copies.replicas().equals(successors);
        copies.replicas(successors);
        RoleKeeping next = keeping.ordered(role, isOtherReplica);
        NodeStatus now = status;
        // What the node reported in another role does not tell how it is in this one.
        InfoReport known = Objects.equals(role, now.wanted()) ? now.report() : null;
        status = new NodeStatus(
                node, role, now.up(), known, now.lastAnswerNanos(), next.run().restart(), now.problem());
        take(next);
    }

    /** Ends the work on the node, which keeps its role. */
    void stop() {
        turn++;
        cancelTimer();
    }

    private void take(RoleKeeping next) {
        keeping = next;
        runs.put(endpoint, next.run().cleared());
        turn++;
        cancelTimer();
        switch (next.action()) {
            case ASK, VERIFY -> ask();
            case APPLY -> apply(requireNonNull(next.wanted()), next.verb());
            case READ_MARK -> readMark(requireNonNull(next.run().seen()));
            case ASK_COPIES -> askCopies();
            case MARK -> mark(requireNonNull(next.run().seen()));
            case SEND_CREDENTIALS -> {
                login.renew(requireNonNull(requireNonNull(next.wanted()).master()));
                take(next.authorized());
            }
            case WAIT -> waitFor(settings.waitMillis(next.setbacks()));
        }
    }

    private void ask() {
        outcome(client.state(endpoint), this::reported, this::failed);
    }

    private void apply(WantedRole role, String verb) {
        if (role.master() != null) {
            // The node may be the only one with its data, and its former master a replica of another shard.
            if (!isCurrent.getAsBoolean()) {
                take(keeping.postponed());
                return;
            }
            // Who has followed this node, and is cut off from it now, is not to copy what it gets from its new master.
            client.call(endpoint, ReplicationUser.toRefuse());
            login.send();
        }
        outcome(client.call(endpoint, role.toCommand(verb)), reply -> accepted(role), this::refused);
    }

    private void waitFor(long millis) {
        long mine = turn;
        timer = loop.schedule(
                () -> {
                    if (mine == turn) {
                        take(keeping.due());
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    private void reported(InfoReport report) {
        countFollowers(report);
        RoleKeeping next = keeping.reported(report, replicas.size());
        String problem = problem(report, next.run().restart());
        publish(new NodeStatus(
                node,
                keeping.wanted(),
                true,
                report,
                System.nanoTime(),
                next.run().restart(),
                problem));
        if (!next.run().restart().isWithheld()) {
            copies.end();
            if (WantedRole.MASTER.equals(keeping.wanted()) && report.role() == Role.MASTER) {
                onMaster.run();
            }
        }
        take(next);
    }

    /**
     * Notes how many replicas have to acknowledge a write so that the one is among them that may become master. The
     * node does not tell its followers apart. If one is missing, that one is asked; unless it says that it follows, it
     * may be the one that is missing, and all are needed.
     */
    private void countFollowers(InfoReport report) {
        int online = report.onlineReplicas();
        List<Endpoint> known = replicas;
        if (known.size() < 2 || online >= known.size()) {
            runs.putFollowers(endpoint, online);
            return;
        }
        if (runs.followers(endpoint) == 0) {
            runs.putFollowers(endpoint, known.size());
        }
        client.state(known.get(0))
                .toCompletableFuture()
                .orTimeout(SUCCESSOR_MILLIS, TimeUnit.MILLISECONDS)
                .whenCompleteAsync(
                        (successor, problem) -> {
                            if (replicas.equals(known)) {
                                boolean follows = problem == null
                                        && successor.linkUp()
                                        && WantedRole.replicaOf(node).isMetBy(successor);
                                runs.putFollowers(endpoint, follows ? online : known.size());
                            }
                        },
                        loop);
    }

    private void readMark(String runId) {
        outcome(
                client.call(endpoint, ReplicationUser.toGetUser()),
                reply -> {
                    boolean isMarked = ReplicationUser.names(runId, reply);
                    if (isMarked && !settings.replicationUser().hasPasswords(reply)) {
                        // Of a former proxy with another password. The run stays the one that was cleared.
                        client.call(endpoint, settings.replicationUser().toSetUser(runId));
                    }
                    take(keeping.markRead(isMarked));
                },
                problem -> {
                    if (problem.isErrorReply()) {
                        take(keeping.markRead(false));
                    } else {
                        failed(problem);
                    }
                });
    }

    private void mark(String runId) {
        outcome(
                client.call(endpoint, settings.replicationUser().toSetUser(runId)),
                reply -> {
                    markRefused = false;
                    take(keeping.marked());
                },
                problem -> {
                    if (ReplicationUser.isUnsupported(problem)) {
                        noteRefusedMark(problem);
                        take(keeping.marked());
                    } else {
                        failed(problem);
                    }
                });
    }

    private void noteRefusedMark(NodeException problem) {
        if (!markRefused) {
            markRefused = true;
            LOG.warnf(
                    "Node refuses ACL SETUSER, so its replica will copy it as soon as it restarts, even if it has"
                            + " lost data: node=%s error=%s",
                    node, problem.text());
        }
    }

    private void askCopies() {
        InfoReport now = requireNonNull(status.report());
        outcome(copies.ask(keeping.run().mastership(), now), this::copiesAsked, this::failed);
    }

    private void copiesAsked(Answer given) {
        Restart before = keeping.run().restart();
        boolean isOver = given == Answer.UNKNOWN && !before.waitsForReplica() && copies.isOver();
        RoleKeeping next = keeping.copiesAsked(isOver ? Answer.NOTHING : given);
        Restart restart = next.run().restart();
        if (restart.waitsForReplica() && !before.waitsForReplica()) {
            LOG.warnf(
                    "Master has restarted and its replica has newer data; it is not served until the replica has"
                            + " taken over: node=%s replicas=%s",
                    node, copies.replicas());
        } else if (restart == Restart.ACCEPTED) {
            LOG.warnf(
                    "Master has restarted and is served with what it has; writes may be lost: node=%s reason=%s",
                    node, isOver ? "its replica does not answer" : "no replica has newer data");
        }
        NodeStatus now = status;
        InfoReport report = now.report();
        String problem = report == null ? now.problem() : problem(report, restart);
        publish(new NodeStatus(node, now.wanted(), now.up(), report, now.lastAnswerNanos(), restart, problem));
        take(next);
    }

    private void accepted(WantedRole role) {
        LOG.infof("Node accepted its role: node=%s role=%s", node, role);
        take(keeping.accepted());
    }

    private void refused(NodeException problem) {
        if (!problem.isErrorReply()) {
            failed(problem);
            return;
        }
        RoleKeeping next = keeping.refused(problem.text());
        // The first refusal is not reported: a node that is loading refuses too, and accepts soon.
        if (next.action() == Action.WAIT && keeping.setbacks() > 0) {
            NodeStatus now = status;
            String reason = REFUSES + problem.text();
            publish(new NodeStatus(
                    node, keeping.wanted(), true, now.report(), now.lastAnswerNanos(), now.restart(), reason));
        }
        take(next);
    }

    /** A node that answers with an error is up, but its state is not known, unless it is just busy with a script. */
    private void failed(NodeException problem) {
        NodeStatus now = status;
        boolean answered = problem.isErrorReply();
        boolean isKnown = !answered || problem.text().startsWith(NodeStatus.BUSY);
        publish(new NodeStatus(
                node,
                keeping.wanted(),
                answered,
                isKnown ? now.report() : null,
                answered ? System.nanoTime() : now.lastAnswerNanos(),
                now.restart(),
                problem.text()));
        take(keeping.failed());
    }

    private <T> void outcome(CompletionStage<T> stage, Consumer<T> success, Consumer<NodeException> failure) {
        long mine = turn;
        stage.whenCompleteAsync(
                        (value, problem) -> {
                            if (mine != turn) {
                                return;
                            }
                            if (problem == null) {
                                success.accept(value);
                            } else {
                                failure.accept(NodeException.of(problem));
                            }
                        },
                        loop)
                .whenComplete((value, problem) -> {
                    // Each outcome begins the next action, unless its handling threw an exception.
                    if (problem != null && mine == turn) {
                        LOG.errorf(problem, "Keeping the role of a node failed; it is tried again: node=%s", node);
                        waitFor(settings.waitMillis(1));
                    }
                });
    }

    private @Nullable String problem(InfoReport report, Restart restart) {
        if (restart.waitsForReplica()) {
            return "has restarted and its replica has newer data; waits for the replica to take over";
        }
        if (restart == Restart.CHECKING && keeping.run().mastership() != null) {
            return "has restarted; its replica is asked for newer data";
        }
        WantedRole wanted = keeping.wanted();
        if (wanted != null && !wanted.isMetBy(report)) {
            String known = status.problem();
            return known != null && known.startsWith(REFUSES) ? known : "has another role than " + wanted;
        }
        if (report.loading()) {
            return "is loading its data";
        }
        boolean lacksLink = report.role() == Role.REPLICA && !report.linkUp();
        return lacksLink ? "has no link to its master" : null;
    }

    private void publish(NodeStatus now) {
        NodeStatus before = status;
        status = now;
        if (Objects.equals(before.problem(), now.problem())) {
            return;
        }
        if (now.isBusy()) {
            LOG.warnf("Node is busy with a script; SCRIPT KILL ends it: node=%s problem=%s", node, now.problem());
        } else if (now.problem() == null) {
            LOG.infof("Node is healthy: node=%s role=%s", node, now.role().wireName());
        } else if (now.up()) {
            LOG.infof("Node has a problem: node=%s problem=%s", node, now.problem());
        } else if (before.up() || NOT_ASKED.equals(before.problem())) {
            LOG.warnf("Node is down: node=%s reason=%s", node, now.problem());
        }
    }

    private void cancelTimer() {
        ScheduledFuture<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
            timer = null;
        }
    }
}
