package io.undermoon.proxy.replication;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the runs of one node: which one may serve, and what has become of the run before it. Immutable.
 *
 * <p>A run may serve when it is known to have all that its predecessors acknowledged: because the node was free or had
 * another role when it began, because the node is or was connected to a master in it, because a proxy has marked the
 * run, or because nobody has anything better.
 *
 * @param seen the last run that was reported; absent before the first report
 * @param cleared the run that may serve; absent before the first
 * @param marked the run that was marked at the node
 * @param mastership of the cleared run, as long as the node is to be a master
 * @param isFree whether the metadata gives the node no role
 */
record NodeRun(
        @Nullable String seen,
        @Nullable String cleared,
        @Nullable String marked,
        @Nullable Mastership mastership,
        boolean isFree,
        Restart restart) {
    static final NodeRun UNKNOWN = new NodeRun(null, null, null, null, false, Restart.NONE);

    /**
     * The role that the node has from now on, or, if null, none. A replica lets no others in: when it is a master again
     * it has to be marked again, also if one that it had before still follows it.
     */
    NodeRun ordered(@Nullable WantedRole role) {
        boolean isMaster = role != null && role.role() == Role.MASTER;
        return new NodeRun(
                seen,
                cleared,
                isMaster ? marked : null,
                isMaster ? mastership : null,
                role == null,
                isMaster ? restart : Restart.NONE);
    }

    /** The node has got another replica, which need not have what the former one has. */
    NodeRun withOtherReplica() {
        return restart == Restart.OUTDATED ? with(Restart.UNSEEN) : this;
    }

    /** @param replicas how many the node should have as a master */
    NodeRun reported(@Nullable WantedRole wanted, InfoReport report, int replicas) {
        String id = report.runId();
        if (id.isEmpty()) {
            return this;
        }
        boolean isMaster = wanted != null && wanted.role() == Role.MASTER;
        boolean clears = isMaster ? report.hasFollowed() : wanted == null ? isFree : wanted.isMetBy(report);
        NodeRun next = new NodeRun(id, clears ? id : cleared, marked, mastership, isFree, restart);
        if (!isMaster) {
            return next;
        }
        if (!next.mayServe()) {
            return next.with(restart.waitsForReplica() ? restart : Restart.CHECKING);
        }
        NodeRun serving = next.with(restart.isWithheld() ? Restart.NONE : restart);
        return report.role() == Role.MASTER ? serving.as(Mastership.of(report, replicas)) : serving;
    }

    /** Whether the last reported run may serve; a node that does not report its run may. */
    boolean mayServe() {
        return seen == null || seen.equals(cleared);
    }

    /** Whether the last reported run is to be marked. */
    boolean isUnmarked() {
        return seen != null && !seen.equals(marked);
    }

    /** The node says that a proxy has cleared its run before. */
    NodeRun markFound() {
        return new NodeRun(seen, seen, seen, mastership, isFree, Restart.NONE);
    }

    NodeRun markSet() {
        return new NodeRun(seen, cleared, seen, mastership, isFree, restart);
    }

    /** The replicas were asked. One that was known to have newer data and says nothing now still has it. */
    NodeRun asked(Answer answer) {
        return switch (answer) {
            case NEWER -> with(mastership == null ? Restart.UNSEEN : Restart.OUTDATED);
            case UNKNOWN -> with(restart.waitsForReplica() ? restart : Restart.CHECKING);
            case NOTHING -> isLeftByReplica() ? this : accepted();
        };
    }

    private NodeRun accepted() {
        return new NodeRun(
                seen, seen, marked, mastership, isFree, mastership == null ? Restart.NONE : Restart.ACCEPTED);
    }

    /** Whether a replica that is another one's by now has newer data. */
    private boolean isLeftByReplica() {
        return restart == Restart.UNSEEN && mastership != null;
    }

    /** What the replicas of a restarted master have. */
    enum Answer {
        /** One of them has data of the former run. */
        NEWER,
        /** None of them has. */
        NOTHING,
        /** One of them does not answer, and no other has. */
        UNKNOWN
    }

    private NodeRun as(Mastership known) {
        return new NodeRun(seen, cleared, marked, known, isFree, restart);
    }

    private NodeRun with(Restart next) {
        return new NodeRun(seen, cleared, marked, mastership, isFree, next);
    }
}
