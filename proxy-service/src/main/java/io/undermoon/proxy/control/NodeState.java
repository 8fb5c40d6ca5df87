package io.undermoon.proxy.control;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;

/**
 * A Redis node of this proxy, as of the last check.
 *
 * @param role the role assigned to the node
 * @param up whether the node answered the last check
 * @param refused whether nobody listens at its address, where it has answered before: the process has ended
 * @param millisSinceLastCheck time since the last answer
 * @param masterLink {@code up} for a replica that is connected to the master it should have and has its data, else
 *     {@code down}; {@code none} for a master
 * @param replicationOffset 0 when unknown
 * @param master the master that a replica should have; empty for a master
 * @param replicaSilentSeconds how long ago a replica of this master last acknowledged something, the one that did so
 *     last; -1 when no replica has the data, and for a replica
 * @param restart what is known about a restart of a master: {@code none}, {@code checking} while its replica is asked
 *     for newer data, {@code outdated} when that has newer data and has to take over, {@code accepted} when none has
 *     and the node is served as it is; {@code unseen} is as {@code outdated}, but how much the replica has is not known
 * @param isWithinMaxLag false for a replica that is, or may be, further behind than {@code max_lag_on_failover}
 */
public record NodeState(
        NodeAddress node,
        Role role,
        boolean up,
        boolean refused,
        long millisSinceLastCheck,
        String masterLink,
        long replicationOffset,
        String master,
        long replicaSilentSeconds,
        String restart,
        boolean isWithinMaxLag) {
    /** A node at whose address somebody listens, as far as is known. */
    public NodeState(
            NodeAddress node,
            Role role,
            boolean up,
            long millisSinceLastCheck,
            String masterLink,
            long replicationOffset,
            String master,
            long replicaSilentSeconds,
            String restart,
            boolean isWithinMaxLag) {
        this(
                node,
                role,
                up,
                false,
                millisSinceLastCheck,
                masterLink,
                replicationOffset,
                master,
                replicaSilentSeconds,
                restart,
                isWithinMaxLag);
    }
}
