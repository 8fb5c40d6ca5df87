package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The pool of {@link PinnedConnection}s of a loop: a bounded number in use, and a few idle ones per endpoint and
 * protocol. Owned by the loop.
 */
final class PinnedPool {
    private static final int MAX_IDLE_PER_ENDPOINT = 16;

    /**
     * How many are kept ready for a node, so that a command that blocks is there before what other clients send later.
     */
    private static final int READY_PER_NODE = 2;

    /** After a change of the routes, which may be one of many. */
    private static final long READY_AFTER_MILLIS = 100;

    private record Key(Endpoint endpoint, Protocol protocol) {}

    private final ProxyLoop loop;
    private final SharedConnections shared;
    private final Set<PinnedConnection> inUse = new HashSet<>();
    private final Map<Key, ArrayDeque<PinnedConnection>> idle = new HashMap<>();
    private Set<Endpoint> wanted = Set.of();
    private boolean preparing;

    /** @param shared the connections over which pinned connections are unblocked */
    PinnedPool(ProxyLoop loop, SharedConnections shared) {
        this.loop = loop;
        this.shared = shared;
    }

    /** Takes a clean connection; null when too many are in use. */
    @Nullable
    PinnedConnection take(Endpoint endpoint, Protocol protocol) {
        if (inUse.size() >= loop.settings().maxPinnedConnections()) {
            return null;
        }
        ArrayDeque<PinnedConnection> free = idle.get(new Key(endpoint, protocol));
        PinnedConnection connection = free == null ? null : free.pollLast();
        if (connection == null) {
            connection = new PinnedConnection(loop, this, endpoint, protocol);
        }
        inUse.add(connection);
        keepReady(endpoint, protocol);
        return connection;
    }

    /** Makes connections to a node before they are needed. */
    private void keepReady(Endpoint endpoint, Protocol protocol) {
        if (endpoint.kind() != Endpoint.Kind.REDIS || loop.settings().maxPinnedConnections() == 0) {
            return;
        }
        ArrayDeque<PinnedConnection> free =
                idle.computeIfAbsent(new Key(endpoint, protocol), key -> new ArrayDeque<>());
        while (free.size() < READY_PER_NODE) {
            // Those that are ready already are at the other end, and taken first.
            free.addFirst(new PinnedConnection(loop, this, endpoint, protocol));
        }
    }

    /** Adds the connections in use. */
    void addAll(List<BackendConnection> found) {
        found.addAll(inUse);
    }

    /** The connection on which {@code CLIENT UNBLOCK} for a pinned connection is sent. */
    SharedConnection unblocker(Endpoint endpoint) {
        return shared.get(endpoint);
    }

    /**
     * Returns a connection that is free again, or removes one that is gone. What ended it on the other side has
     * probably ended the idle ones too, so they are not used any more.
     */
    void put(PinnedConnection connection) {
        boolean wasInUse = inUse.remove(connection);
        ArrayDeque<PinnedConnection> free =
                idle.computeIfAbsent(new Key(connection.endpoint(), connection.protocol()), key -> new ArrayDeque<>());
        if (connection.isClosed()) {
            free.remove(connection);
            if (!connection.isRetired()) {
                closeAll(free);
            }
        } else if (wasInUse && free.size() < MAX_IDLE_PER_ENDPOINT) {
            free.addLast(connection);
        } else {
            connection.close();
        }
    }

    /** Closes the idle connections to all other endpoints, and keeps some ready to these. */
    void follow(Set<Endpoint> endpoints) {
        wanted = endpoints;
        retain(endpoints);
        if (!preparing) {
            preparing = true;
            loop.eventLoop().schedule(this::prepare, READY_AFTER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void prepare() {
        preparing = false;
        wanted.forEach(endpoint -> keepReady(endpoint, Protocol.RESP2));
    }

    private void retain(Set<Endpoint> endpoints) {
        for (Key key : Set.copyOf(idle.keySet())) {
            if (!endpoints.contains(key.endpoint())) {
                ArrayDeque<PinnedConnection> free = idle.remove(key);
                if (free != null) {
                    closeAll(free);
                }
            }
        }
    }

    private static void closeAll(ArrayDeque<PinnedConnection> connections) {
        new ArrayDeque<>(connections).forEach(PinnedConnection::close);
    }

    /** See {@link NodeConnections#settled}. */
    BooleanSupplier settled(Endpoint endpoint, IntPredicate slots) {
        List<BooleanSupplier> each = new ArrayList<>();
        for (PinnedConnection connection : inUse) {
            if (connection.endpoint().equals(endpoint)) {
                each.add(connection.settled(slots));
            }
        }
        return () -> each.stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    /** See {@link NodeConnections#areWatched}. */
    boolean areWatched(Endpoint endpoint, IntPredicate slots) {
        for (PinnedConnection connection : inUse) {
            if (connection.endpoint().equals(endpoint) && connection.watchesAny(slots)) {
                return true;
            }
        }
        return false;
    }

    /** See {@link NodeConnections#endUnlessAnswering}. */
    void endUnlessAnswering() {
        Set.copyOf(inUse).forEach(PinnedConnection::endUnlessAnswering);
    }

    void close() {
        Set.copyOf(inUse).forEach(PinnedConnection::close);
        wanted = Set.of();
        retain(wanted);
    }
}
