package io.undermoon.proxy.control;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;

/**
 * A Redis node behind this proxy, as it was when it was last looked at.
 *
 * @param role the role it has been told to have
 * @param up whether it answered the last time it was asked
 * @param millisSinceLastCheck time since it last answered
 * @param masterLink {@code up} or {@code down} for a replica, {@code none} for a master
 * @param replicationOffset how far its copy of the data is, 0 when that is not known
 */
public record NodeState(
        NodeAddress node,
        Role role,
        boolean up,
        long millisSinceLastCheck,
        String masterLink,
        long replicationOffset) {}
