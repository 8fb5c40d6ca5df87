package io.undermoon.proxy.replication;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node and of its role. An immutable snapshot.
 *
 * @param wanted the role it was told to have; absent as long as nobody told
 * @param up whether it answered when it was last asked
 * @param report what it answered last, though it may be down now; absent before its first answer
 * @param lastAnswerNanos when it answered last, or when it was first asked, as {@link System#nanoTime}
 * @param problem what is wrong; absent when all is well
 */
public record NodeStatus(
        NodeAddress node,
        @Nullable WantedRole wanted,
        boolean up,
        @Nullable InfoReport report,
        long lastAnswerNanos,
        @Nullable String problem) {

    /** The role the node was told to have, else the one it has, else that of a new node. */
    public Role role() {
        if (wanted != null) {
            return wanted.role();
        }
        return report == null ? Role.MASTER : report.role();
    }

    /** Whether the node has the role it should have, serves its data, and, being a replica, follows its master. */
    public boolean isSettled() {
        InfoReport now = report;
        if (!up || now == null || now.loading()) {
            return false;
        }
        boolean hasRole = wanted == null || wanted.isMetBy(now);
        return hasRole && (now.role() == Role.MASTER || now.linkUp());
    }

    public long millisSinceLastAnswer() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastAnswerNanos);
    }
}
