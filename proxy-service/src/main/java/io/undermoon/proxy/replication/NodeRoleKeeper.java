package io.undermoon.proxy.replication;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.replication.RoleKeeping.Action;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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

    private static final String NOT_ASKED = "not asked yet";
    private static final String REFUSES = "refuses its role: ";

    private final NodeAddress node;
    private final Endpoint endpoint;
    private final NodeClient client;
    private final EventLoop loop;
    private final ReplicationSettings settings;
    private final Runnable onMaster;

    private RoleKeeping keeping = RoleKeeping.START;

    /** The number of the present action; an outcome with another number is outdated. */
    private long turn;

    private @Nullable ScheduledFuture<?> timer;
    private boolean credentialsRefused;
    private volatile NodeStatus status;

    /**
     * @param onMaster is run each time the node reports that it is the master that it should be
     */
    NodeRoleKeeper(
            NodeAddress node,
            Endpoint endpoint,
            NodeClient client,
            EventLoop loop,
            ReplicationSettings settings,
            Runnable onMaster) {
        this.node = node;
        this.endpoint = endpoint;
        this.client = client;
        this.loop = loop;
        this.settings = settings;
        this.onMaster = onMaster;
        this.status = new NodeStatus(node, null, false, null, System.nanoTime(), NOT_ASKED);
    }

    NodeStatus status() {
        return status;
    }

    void start() {
        take(keeping.due());
    }

    /** Gives the node a role to keep, or null for any; at once. */
    void order(@Nullable WantedRole role) {
        NodeStatus now = status;
        // What the node reported in another role does not tell how it is in this one.
        InfoReport known = Objects.equals(role, now.wanted()) ? now.report() : null;
        status = new NodeStatus(node, role, now.up(), known, now.lastAnswerNanos(), now.problem());
        take(keeping.ordered(role));
    }

    /** Ends the work on the node, which keeps its role. */
    void stop() {
        turn++;
        cancelTimer();
    }

    private void take(RoleKeeping next) {
        keeping = next;
        turn++;
        cancelTimer();
        switch (next.action()) {
            case ASK, VERIFY -> ask();
            case APPLY -> apply(requireNonNull(next.wanted()), next.verb());
            case SEND_CREDENTIALS -> {
                sendCredentials();
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
            sendCredentials();
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
        publish(new NodeStatus(node, keeping.wanted(), true, report, System.nanoTime(), problem(report)));
        if (WantedRole.MASTER.equals(keeping.wanted()) && report.role() == Role.MASTER) {
            onMaster.run();
        }
        take(keeping.reported(report));
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
            publish(new NodeStatus(node, keeping.wanted(), true, now.report(), now.lastAnswerNanos(), reason));
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
                problem.text()));
        take(keeping.failed());
    }

    /** Does not wait for the replies: the node executes the commands before the next one that is sent. */
    private void sendCredentials() {
        String password = settings.password();
        if (password == null) {
            return;
        }
        List<CompletionStage<RespValue>> replies = new ArrayList<>();
        if (settings.user() != null) {
            replies.add(client.call(endpoint, "CONFIG", "SET", "masteruser", settings.user()));
        }
        replies.add(client.call(endpoint, "CONFIG", "SET", "masterauth", password));
        for (CompletionStage<RespValue> reply : replies) {
            reply.whenCompleteAsync(this::noteCredentials, loop);
        }
    }

    private void noteCredentials(@Nullable RespValue reply, @Nullable Throwable problem) {
        if (problem == null) {
            credentialsRefused = false;
        } else if (NodeException.of(problem).isErrorReply() && !credentialsRefused) {
            credentialsRefused = true;
            LOG.warnf(
                    "Node refuses the password of its master; its own configuration must contain it: node=%s error=%s",
                    node, NodeException.of(problem).text());
        }
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

    private @Nullable String problem(InfoReport report) {
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
