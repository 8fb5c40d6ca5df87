package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to Redis nodes and peer proxies: one shared connection per endpoint and protocol,
 * and connections pinned to single clients. Clients use only the connections of their own loop, so no command crosses a
 * thread.
 *
 * <p>Owned by the loop: everything but {@link #loop} is called on it.
 */
public final class NodeConnections {
    private final ProxyLoop loop;
    private final SharedConnections resp2;
    private final SharedConnections resp3;
    private final PinnedPool pinned;

    public NodeConnections(ProxyLoop loop) {
        this.loop = loop;
        this.resp2 = new SharedConnections(loop, Protocol.RESP2);
        this.resp3 = new SharedConnections(loop, Protocol.RESP3);
        this.pinned = new PinnedPool(loop, resp2);
    }

    /** The loop that owns the connections. */
    public ProxyLoop loop() {
        return loop;
    }

    /** The shared connection to an endpoint in RESP2, created by the first call. */
    public SharedConnection shared(Endpoint endpoint) {
        return resp2.get(endpoint);
    }

    /** The shared connection to an endpoint in a protocol, created by the first call. */
    public SharedConnection shared(Endpoint endpoint, Protocol protocol) {
        return protocol == Protocol.RESP2 ? resp2.get(endpoint) : resp3.get(endpoint);
    }

    /** All shared connections to an endpoint on which commands may be in flight, retired ones included. */
    public List<SharedConnection> existing(Endpoint endpoint) {
        List<SharedConnection> found = new ArrayList<>();
        resp2.addExisting(endpoint, found);
        resp3.addExisting(endpoint, found);
        return found;
    }

    /**
     * Takes a connection for one client alone; null when too many are taken. The client returns it by
     * {@link PinnedConnection#release}.
     */
    public @Nullable PinnedConnection pin(Endpoint endpoint, Protocol protocol) {
        return pinned.take(endpoint, protocol);
    }

    /**
     * Notes the commands that are now in flight on pinned connections to the endpoint and may still change a key of the
     * slots; the supplier says whether all of them have been answered since.
     */
    public BooleanSupplier settled(Endpoint endpoint, IntPredicate slots) {
        return pinned.settled(endpoint, slots);
    }

    /**
     * Retires the connections to all other endpoints: each closes once its replies have arrived. Makes connections
     * that clients may need for themselves.
     */
    public void retain(Set<Endpoint> wanted) {
        resp2.retain(wanted);
        resp3.retain(wanted);
        pinned.follow(wanted);
    }

    /** Closes all connections at once; commands in flight fail. */
    public void close() {
        resp2.close();
        resp3.close();
        pinned.close();
    }
}
