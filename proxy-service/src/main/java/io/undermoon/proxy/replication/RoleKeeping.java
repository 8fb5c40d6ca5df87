package io.undermoon.proxy.replication;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The state machine that keeps the role of one node, without I/O. Each event gives the next state, which names the one
 * action to take; the outcome of the action is the next event, unless a new order comes before it.
 *
 * <pre>
 * ordered ──► ASK ──► reported, as wanted ──────────────► WAIT, then ASK again
 *              ▲      reported otherwise ──► APPLY ──► accepted ──► VERIFY
 *              │                             │       unknown command ──► APPLY with the older command
 *              └──── WAIT a little ◄─────────┴────── refused, failed, or accepted without effect
 * </pre>
 *
 * A node that has its role is never given it again: that could cost it a full copy of its master's data. Without an
 * order the node is only asked.
 *
 * <p>A master in a new run, see {@link NodeRun}, is checked before it gets or keeps its role:
 *
 * <pre>
 * reported, in a new run ──► READ_MARK ──► marked ──────────────────────────────────► ASK
 *                                          not marked ──► ASK_COPIES ──► nothing newer ──► ASK, then MARK
 *                                                                        else ──► WAIT, then ASK again
 * </pre>
 *
 * @param wanted the role that was ordered; absent before any order
 * @param verb the command that the node is assumed to know for a change of its role
 * @param setbacks how often in a row the node failed, refused or did not do what was ordered
 * @param action what to do now
 * @param run the runs of the node
 */
record RoleKeeping(@Nullable WantedRole wanted, String verb, int setbacks, Action action, NodeRun run) {
    private static final String REPLICAOF = "REPLICAOF";
    private static final String SLAVEOF = "SLAVEOF";

    static final RoleKeeping START = new RoleKeeping(null, REPLICAOF, 0, Action.WAIT, NodeRun.UNKNOWN);

    enum Action {
        /** Ask the node for its state. */
        ASK,
        /** Give the node the wanted role. */
        APPLY,
        /** Ask the node for its state after it has accepted the role. */
        VERIFY,
        /** Give the node the credentials for its master. */
        SEND_CREDENTIALS,
        /** Ask the node whether its run was marked. */
        READ_MARK,
        /** Ask the node's replicas for their state. */
        ASK_COPIES,
        /** Mark the run at the node, which lets its replicas in. */
        MARK,
        /** Wait: until the next check without setbacks, otherwise the shorter the fewer setbacks there were. */
        WAIT
    }

    /**
     * The node is to have this role from now on, or, if null, may have any.
     *
     * @param isOtherReplica whether it has other replicas than before
     */
    RoleKeeping ordered(@Nullable WantedRole role, boolean isOtherReplica) {
        NodeRun next = run.ordered(role);
        return new RoleKeeping(role, verb, 0, Action.ASK, isOtherReplica ? next.withOtherReplica() : next);
    }

    /** The wait is over. */
    RoleKeeping due() {
        return with(Action.ASK);
    }

    /**
     * The node reported its state.
     *
     * @param replicas how many it should have
     */
    RoleKeeping reported(InfoReport report, int replicas) {
        RoleKeeping now = with(run.reported(wanted, report, replicas));
        if (wanted != null && wanted.role() == Role.MASTER && !now.run.mayServe()) {
            return now.with(Action.READ_MARK);
        }
        if (wanted == null || wanted.isMetBy(report)) {
            return now.settled(report);
        }
        return action == Action.VERIFY || report.loading() ? now.setback(verb) : now.with(Action.APPLY);
    }

    /** The node has its role. A master without a replica is marked again: somebody may have removed the mark. */
    private RoleKeeping settled(InfoReport report) {
        Action next = Action.WAIT;
        if (wanted != null && wanted.role() == Role.REPLICA && !report.linkUp()) {
            next = Action.SEND_CREDENTIALS;
        } else if (wanted != null
                && wanted.role() == Role.MASTER
                && !report.runId().isEmpty()) {
            next = run.isUnmarked() || !report.hasOnlineReplica() ? Action.MARK : Action.WAIT;
        }
        return new RoleKeeping(wanted, verb, 0, next, run);
    }

    /** The node has answered whether its run was marked. */
    RoleKeeping markRead(boolean isMarked) {
        return isMarked ? with(run.markFound()).with(Action.ASK) : with(Action.ASK_COPIES);
    }

    /** The replicas of the node were asked. */
    RoleKeeping copiesAsked(NodeRun.Answer answer) {
        RoleKeeping next = with(run.asked(answer));
        return next.run.mayServe() ? next.with(Action.ASK) : next.setback(verb);
    }

    /** The run was marked at the node, or the node refuses that. */
    RoleKeeping marked() {
        return with(run.markSet()).with(Action.WAIT);
    }

    /** The node has accepted the role. */
    RoleKeeping accepted() {
        return with(Action.VERIFY);
    }

    /** The node answered the order with an error. */
    RoleKeeping refused(String error) {
        boolean isUnknown = error.toLowerCase(Locale.ROOT).contains("unknown command");
        if (isUnknown && wanted != null && verb.equals(REPLICAOF)) {
            return new RoleKeeping(wanted, SLAVEOF, setbacks, Action.APPLY, run);
        }
        return setback(verb);
    }

    /** The node is not given the role yet. */
    RoleKeeping postponed() {
        return setback(verb);
    }

    /** The credentials for its master have been sent to the node. */
    RoleKeeping authorized() {
        return with(Action.WAIT);
    }

    /** The node did not answer, or answered a question with an error. Another server may answer later. */
    RoleKeeping failed() {
        return setback(REPLICAOF);
    }

    private RoleKeeping with(Action next) {
        return new RoleKeeping(wanted, verb, setbacks, next, run);
    }

    private RoleKeeping with(NodeRun next) {
        return new RoleKeeping(wanted, verb, setbacks, action, next);
    }

    private RoleKeeping setback(String nextVerb) {
        return new RoleKeeping(wanted, nextVerb, setbacks + 1, Action.WAIT, run);
    }
}
