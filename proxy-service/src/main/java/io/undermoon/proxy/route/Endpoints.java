package io.undermoon.proxy.route;

import io.undermoon.metadata.HostPort;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Gives each address that was ever talked to its {@link Endpoint}. Thread-safe; grows with the addresses, never shrinks. */
public final class Endpoints {
    private record Key(HostPort address, Endpoint.Kind kind, int hopsLeft) {}

    private final ConcurrentHashMap<Key, Endpoint> endpoints = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();

    /** A Redis node, the same object each time. */
    public Endpoint redis(String address) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.REDIS, 0));
    }

    /** A peer proxy for commands that so many more proxies may pass on, the same object each time. */
    public Endpoint peer(String address, int hopsLeft) {
        return of(new Key(HostPort.parse(address), Endpoint.Kind.PEER, hopsLeft));
    }

    private Endpoint of(Key wanted) {
        return endpoints.computeIfAbsent(
                wanted, key -> new Endpoint(nextId.getAndIncrement(), key.address(), key.kind(), key.hopsLeft()));
    }
}
