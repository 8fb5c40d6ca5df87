package io.undermoon.proxy.replication;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of a node at its last check. Immutable.
 *
 * @param wanted the role that was ordered; absent before any order
 * @param up whether the node answered the last check
 * @param report its last report, even if the node is down now; absent before the first
 * @param lastAnswerNanos time of the last answer, or of the first check, as {@link System#nanoTime}
 * @param restart whether the node, as a master, has restarted
 * @param problem why the node is not healthy; absent when it is
 */
public record NodeStatus(
        NodeAddress node,
        @Nullable WantedRole wanted,
        boolean up,
        @Nullable InfoReport report,
        long lastAnswerNanos,
        Restart restart,
        @Nullable String problem) {
    /** Begins the error of a node that executes a script. */
    static final String BUSY = "BUSY ";

    /** What the system says of a port at which nobody listens. */
    private static final String REFUSED = "Connection refused";

    /** The wanted role, else the role that the node reports, else that of a new node. */
    public Role role() {
        if (wanted != null) {
            return wanted.role();
        }
        return report == null ? Role.MASTER : report.role();
    }

    /**
     * Whether the node executes a script or function and refuses other commands. It is alive: it goes on when the
     * script ends or is killed.
     */
    public boolean isBusy() {
        return up && problem != null && problem.startsWith(BUSY);
    }

    /**
     * Whether nobody listens at the address of a node that has answered before: its process has ended. One that has not
     * answered yet may be about to start, and one that is silent may be slow or cut off.
     */
    public boolean isRefused() {
        return !up && report != null && problem != null && problem.contains(REFUSED);
    }

    /** Whether the node has its wanted role, is not loading, and, as a replica, is connected to its master. */
    public boolean isSettled() {
        InfoReport now = report;
        if (!up || now == null || now.loading() || isBusy() || restart.isWithheld()) {
            return false;
        }
        boolean hasRole = wanted == null || wanted.isMetBy(now);
        return hasRole && (now.role() == Role.MASTER || now.linkUp());
    }

    public long millisSinceLastAnswer() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastAnswerNanos);
    }
}
