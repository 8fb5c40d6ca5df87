package io.undermoon.proxy.replication;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
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
 * Carries out for one node what {@link RoleKeeping} decides. One action is under way at a time; what comes of an action that
 * a new order has overtaken is ignored, and the node itself takes commands in the order they were sent, so orders do not
 * interleave.
 *
 * <p>Owned by the control loop; {@link #status} is for any thread.
 */
final class NodeRoleKeeper implements Action.Effects {
    private static final Logger LOG = Logger.getLogger(NodeRoleKeeper.class);

    private static final String NOT_ASKED = "not asked yet";
    private static final String REFUSES = "refuses its role: ";

    private final NodeAddress node;
    private final Endpoint endpoint;
    private final NodeClient client;
    private final EventLoop loop;
    private final ReplicationSettings settings;

    private RoleKeeping keeping = RoleKeeping.START;

    /** Counts actions, so that the outcome of an overtaken one is known. */
    private long turn;

    private @Nullable ScheduledFuture<?> timer;
    private boolean credentialsRefused;
    private volatile NodeStatus status;

    NodeRoleKeeper(NodeAddress node, Endpoint endpoint, NodeClient client, EventLoop loop, ReplicationSettings settings) {
        this.node = node;
        this.endpoint = endpoint;
        this.client = client;
        this.loop = loop;
        this.settings = settings;
        this.status = new NodeStatus(node, null, false, null, System.nanoTime(), NOT_ASKED);
    }

    NodeStatus status() {
        return status;
    }

    void start() {
        take(keeping.due());
    }

    /** Has the node keep this role from now on; at once. */
    void told(@Nullable WantedRole role) {
        NodeStatus now = status;
        status = new NodeStatus(node, role, now.up(), now.report(), now.lastAnswerNanos(), now.problem());
        take(keeping.told(role));
    }

    /** Leaves the node alone for good. */
    void stop() {
        turn++;
        cancelTimer();
    }

    private void take(RoleKeeping.Step step) {
        keeping = step.next();
        turn++;
        cancelTimer();
        step.action().perform(this);
    }

    @Override
    public void ask() {
        outcome(client.state(endpoint), this::reported, problem -> {
            noteProblem(problem);
            take(keeping.failed());
        });
    }

    @Override
    public void apply(List<String> command, boolean copiesMaster) {
        if (copiesMaster) {
            sendCredentials();
        }
        outcome(
                client.call(endpoint, command),
                reply -> {
                    LOG.infof("node=%s took %s", node, String.join(" ", command));
                    take(keeping.accepted());
                },
                problem -> {
                    if (problem.isErrorReply()) {
                        RoleKeeping.Step step = keeping.refused(problem.text());
                        if (step.action() instanceof Action.Rest) {
                            noteRefusal(problem);
                        }
                        take(step);
                    } else {
                        noteProblem(problem);
                        take(keeping.failed());
                    }
                });
    }

    @Override
    public void authorize() {
        sendCredentials();
        take(keeping.authorized());
    }

    @Override
    public void rest(int setbacks) {
        long mine = turn;
        timer = loop.schedule(
                () -> {
                    if (mine == turn) {
                        take(keeping.due());
                    }
                },
                settings.restMillis(setbacks),
                TimeUnit.MILLISECONDS);
    }

    private void reported(InfoReport report) {
        NodeStatus before = status;
        NodeStatus now = new NodeStatus(node, keeping.wanted(), true, report, System.nanoTime(), problem(report));
        status = now;
        logChange(before, now);
        take(keeping.reported(report));
    }

    /** Nothing waits for the replies: they come before that to whatever is sent next. */
    private void sendCredentials() {
        String password = settings.password();
        if (password == null) {
            return;
        }
        List<CompletionStage<RespValue>> replies = new ArrayList<>();
        if (settings.user() != null) {
            replies.add(client.call(endpoint, List.of("CONFIG", "SET", "masteruser", settings.user())));
        }
        replies.add(client.call(endpoint, List.of("CONFIG", "SET", "masterauth", password)));
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
                    "node=%s does not let the password of its master be set (%s); its own configuration has to have it",
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
                    // The turn goes on with every outcome, unless what was to be done about it went wrong here.
                    if (problem != null && mine == turn) {
                        LOG.errorf(problem, "node=%s cannot be taken care of; it is tried again", node);
                        rest(1);
                    }
                });
    }

    /** A node that answers with an error is up, but nothing is known of it. */
    private void noteProblem(NodeException problem) {
        NodeStatus before = status;
        boolean answered = problem.isErrorReply();
        NodeStatus now = new NodeStatus(
                node,
                keeping.wanted(),
                answered,
                answered ? null : before.report(),
                answered ? System.nanoTime() : before.lastAnswerNanos(),
                problem.text());
        status = now;
        logChange(before, now);
    }

    /** The order was refused for good, or for now while the node is loading; what is known of the node stays. */
    private void noteRefusal(NodeException refused) {
        NodeStatus before = status;
        boolean triesOtherWord = keeping.setbacks() == 0;
        String reason = "refuses its role: " + refused.text();
        if (!triesOtherWord && !reason.equals(before.problem())) {
            NodeStatus now =
                    new NodeStatus(node, keeping.wanted(), true, before.report(), before.lastAnswerNanos(), reason);
            status = now;
            logChange(before, now);
        }
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

    private void logChange(NodeStatus before, NodeStatus now) {
        if (Objects.equals(before.problem(), now.problem())) {
            return;
        }
        if (now.problem() == null) {
            LOG.infof("node=%s is well: %s", node, now.role());
        } else if (now.up()) {
            LOG.infof("node=%s %s", node, now.problem());
        } else if (before.up() || NOT_ASKED.equals(before.problem())) {
            LOG.warnf("node=%s is down: %s", node, now.problem());
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
