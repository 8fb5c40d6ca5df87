package io.undermoon.proxy.lease;

import io.undermoon.metadata.HostPort;
import java.util.Map;

/**
 * A lease as it is at the moment: an immutable snapshot.
 *
 * @param number another one whenever the lease was not renewed in time: what was sent under one number is not
 *     acknowledged under another
 * @param roleNumber how many nodes have stopped being masters so far
 * @param isLimited whether the lease ends at all; it does not where leases do not count
 * @param endNanos its end, as {@link LeaseClock#nanos}
 * @param endWallMillis its end, as {@link LeaseClock#wallMillis}
 * @param left the nodes that have stopped being masters
 */
public record Term(
        long number, long roleNumber, boolean isLimited, long endNanos, long endWallMillis, Map<HostPort, Left> left) {
    /**
     * A node that has stopped being a master. Replies to commands from before count until the lease ends that the proxy
     * had then, however often it is renewed: its later renewals do not speak of the node.
     *
     * @param roleNumber from which on commands are of the time after
     * @param formerRoleNumber the same of the time before that; 0 if there was none
     */
    record Left(long roleNumber, long formerRoleNumber, boolean isLimited, long endNanos, long endWallMillis) {}

    public Term {
        left = Map.copyOf(left);
    }

    /** Whether the lease is not over; so only if neither clock has reached its end. */
    public boolean isHeldAt(long nanos, long wallMillis) {
        return !isLimited || nanos - endNanos < 0 && wallMillis < endWallMillis;
    }

    /**
     * Whether replies of a node count, to commands that were sent under this number.
     *
     * @param sentRoleNumber the {@link #roleNumber} when the first of them was sent
     */
    public boolean covers(HostPort node, long sentRoleNumber, long nanos, long wallMillis) {
        Left past = left.get(node);
        if (past == null || past.roleNumber <= sentRoleNumber) {
            return true;
        }
        return past.formerRoleNumber <= sentRoleNumber
                && (!past.isLimited || nanos - past.endNanos < 0 && wallMillis < past.endWallMillis);
    }
}
