package io.undermoon.proxy.replication;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done about the role of one node: a state machine without I/O. Each event gives the next state and the one
 * action to take; an action's outcome is the next event, unless a new order comes before it.
 *
 * <pre>
 * told ──► ASK ──► reported, as wanted ──────────────► REST, then ASK again
 *           ▲      reported, not so ──► APPLY ──► accepted ──► ASK
 *           │                             │       unknown command ──► APPLY in the older word
 *           └──── REST a little ◄─────────┴────── refused, failed, or accepted without effect
 * </pre>
 *
 * A node that has its role is never told it again: that could cost it a whole copy of its master's data. As long as nothing
 * was told the node is only looked at.
 *
 * @param wanted absent as long as nobody told
 * @param verb the word for changing the role that the node is thought to know
 * @param applied whether the node has accepted the role and has not been looked at since
 * @param setbacks how often in a row things did not work out
 */
record RoleKeeping(@Nullable WantedRole wanted, String verb, boolean applied, int setbacks) {
    private static final String REPLICAOF = "REPLICAOF";
    private static final String SLAVEOF = "SLAVEOF";

    static final RoleKeeping START = new RoleKeeping(null, REPLICAOF, false, 0);

    record Step(RoleKeeping next, Action action) {}

    /** The node is to have this role from now on, or, if null, whichever it has. */
    Step told(@Nullable WantedRole role) {
        return new Step(new RoleKeeping(role, verb, false, 0), new Action.Ask());
    }

    /** The time to rest is over. */
    Step due() {
        return new Step(this, new Action.Ask());
    }

    /** The node said how it is. */
    Step reported(InfoReport report) {
        if (wanted == null || wanted.isMetBy(report)) {
            boolean lacksLink = wanted != null && wanted.role() == Role.REPLICA && !report.linkUp();
            RoleKeeping settled = new RoleKeeping(wanted, verb, false, 0);
            return new Step(settled, lacksLink ? new Action.Authorize() : new Action.Rest(0));
        }
        if (applied || report.loading()) {
            return setback();
        }
        return new Step(this, new Action.Apply(wanted, verb));
    }

    /** The node has taken the role. */
    Step accepted() {
        return new Step(new RoleKeeping(wanted, verb, true, setbacks), new Action.Ask());
    }

    /** The node answered the order with an error. */
    Step refused(String error) {
        boolean knowsNotTheWord = error.toLowerCase(Locale.ROOT).contains("unknown command");
        if (knowsNotTheWord && wanted != null && verb.equals(REPLICAOF)) {
            return new Step(new RoleKeeping(wanted, SLAVEOF, false, setbacks), new Action.Apply(wanted, SLAVEOF));
        }
        return setback();
    }

    /** The node has been given what it needs to log in to its master, or would not take it. */
    Step authorized() {
        return new Step(this, new Action.Rest(0));
    }

    /** The node did not answer a question, or with an error. Who answers later may be another server. */
    Step failed() {
        return new RoleKeeping(wanted, REPLICAOF, false, setbacks).setback();
    }

    private Step setback() {
        RoleKeeping next = new RoleKeeping(wanted, verb, false, setbacks + 1);
        return new Step(next, new Action.Rest(next.setbacks()));
    }
}
