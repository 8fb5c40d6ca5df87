package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * The address of a Redis node or a peer proxy, with an id that connections are indexed by.
 *
 * @param id dense and stable for the life of the process; loops index their connections by it
 * @param hopsLeft for a peer, the hops that commands on its connection have left, see {@link Target.Remote}; 0 for a
 *     Redis node
 * @param settled for commands to a peer about slots that move, the endpoint of the commands about all other slots; null
 *     if this is that endpoint
 */
public record Endpoint(
        int id,
        HostPort address,
        Kind kind,
        int hopsLeft,
        @Nullable Endpoint settled) {
    public enum Kind {
        REDIS,
        PEER
    }

    /**
     * The endpoint for commands about slots that do not move; also for connections that a client has for itself, where
     * a command that is held holds nobody else.
     */
    public Endpoint base() {
        return settled == null ? this : settled;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
