package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The registry of {@link Endpoint}s, always the same object for the same use. Thread-safe; it never shrinks. */
public final class Endpoints {
    private record Key(HostPort address, Endpoint.Kind kind, int hopsLeft, boolean moving) {}

    private final ConcurrentHashMap<Key, Endpoint> endpoints = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();

    /** The endpoint of a Redis node, always the same object. */
    public Endpoint redis(String address) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.REDIS, 0, false));
    }

    /** The endpoint of a peer proxy for commands with a number of hops left, always the same object. */
    public Endpoint peer(String address, int hopsLeft) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.PEER, hopsLeft, false));
    }

    /** The endpoint of a peer proxy for commands about slots that move, always the same object. */
    public Endpoint peerForMoving(String address, int hopsLeft) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.PEER, hopsLeft, true));
    }

    private Endpoint of(Key wanted) {
        Endpoint settled = wanted.moving ? of(new Key(wanted.address, wanted.kind, wanted.hopsLeft, false)) : null;
        return endpoints.computeIfAbsent(
                wanted, key -> new Endpoint(nextId.getAndIncrement(), key.address, key.kind, key.hopsLeft, settled));
    }
}
