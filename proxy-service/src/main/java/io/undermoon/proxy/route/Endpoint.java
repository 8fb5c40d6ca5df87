package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;

/**
 * A Redis node or a peer proxy as something to connect to.
 *
 * @param id dense and stable for the life of the process; loops index their connections by it
 * @param hopsLeft for a peer, which commands the connection is for, see {@link Target.Remote}; 0 for a Redis node
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
