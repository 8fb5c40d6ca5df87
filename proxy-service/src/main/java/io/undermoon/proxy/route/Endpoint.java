package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;

/**
 * The address of a Redis node or a peer proxy, with an id that connections are indexed by.
 *
 * @param id small, and of no other endpoint while this object is in use; loops index their connections by it
 * @param hopsLeft for a peer, the hops that commands on its connection have left, see {@link Target.Remote}; 0 for a
 *     Redis node
 */
public record Endpoint(int id, HostPort address, Kind kind, int hopsLeft) {
    public enum Kind {
        REDIS,
        PEER
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
