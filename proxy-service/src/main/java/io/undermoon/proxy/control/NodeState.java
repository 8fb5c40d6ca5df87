package io.undermoon.proxy.control;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;

/**
 * A Redis node of this proxy, as of the last check.
 *
 * @param role the role assigned to the node
 * @param up whether the node answered the last check
 * @param millisSinceLastCheck time since the last answer
 * @param masterLink {@code up} or {@code down} for a replica, {@code none} for a master
 * @param replicationOffset 0 when unknown
 */
public record NodeState(
        NodeAddress node,
        Role role,
        boolean up,
        long millisSinceLastCheck,
        String masterLink,
        long replicationOffset) {}
