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
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The {@link PinnedConnection}s of a loop: those in use, bounded, and a few idle ones per endpoint and
 * protocol. Owned by the loop. */
final class PinnedPool {
    private static final int MAX_IDLE_PER_ENDPOINT = 16;

    private record Line(Endpoint endpoint, Protocol protocol) {}

    private final ProxyLoop loop;
    private final SharedConnections shared;
    private final Set<PinnedConnection> inUse = new HashSet<>();
    private final Map<Line, ArrayDeque<PinnedConnection>> idle = new HashMap<>();

    /** @param shared the connections over which pinned connections are unblocked */
    PinnedPool(ProxyLoop loop, SharedConnections shared) {
        this.loop = loop;
        this.shared = shared;
    }

    /** A clean connection; null when too many are in use. */
    @Nullable
    PinnedConnection take(Endpoint endpoint, Protocol protocol) {
        if (inUse.size() >= loop.settings().maxPinnedConnections()) {
            return null;
        }
        ArrayDeque<PinnedConnection> free = idle.get(new Line(endpoint, protocol));
        PinnedConnection connection = free == null ? null : free.pollLast();
        if (connection == null) {
            connection = new PinnedConnection(loop, this, endpoint, protocol);
        }
        inUse.add(connection);
        return connection;
    }

    /** The connection on which the backend is told to end what blocks on another one. */
    SharedConnection unblocker(Endpoint endpoint) {
        return shared.get(endpoint);
    }

    /** The connection is free again, or gone. */
    void put(PinnedConnection connection) {
        boolean wasInUse = inUse.remove(connection);
        ArrayDeque<PinnedConnection> free = idle.computeIfAbsent(
                new Line(connection.endpoint(), connection.protocol()), line -> new ArrayDeque<>());
        if (connection.isClosed()) {
            free.remove(connection);
        } else if (wasInUse && free.size() < MAX_IDLE_PER_ENDPOINT) {
            free.addLast(connection);
        } else {
            connection.close();
        }
    }

    /** Lets go of the idle connections to all other endpoints. */
    void retain(Set<Endpoint> wanted) {
        for (Line line : Set.copyOf(idle.keySet())) {
            if (!wanted.contains(line.endpoint())) {
                ArrayDeque<PinnedConnection> free = idle.remove(line);
                if (free != null) {
                    new ArrayDeque<>(free).forEach(PinnedConnection::close);
                }
            }
        }
    }

    /** What is in flight to the endpoint and could still change a key of these slots: tells whether all is answered since. */
    BooleanSupplier settled(Endpoint endpoint, IntPredicate slots) {
        List<BooleanSupplier> each = new ArrayList<>();
        for (PinnedConnection connection : inUse) {
            if (connection.endpoint().equals(endpoint)) {
                each.add(connection.settled(slots));
            }
        }
        return () -> each.stream().allMatch(BooleanSupplier::getAsBoolean);
    }

    void close() {
        Set.copyOf(inUse).forEach(PinnedConnection::close);
        retain(Set.of());
    }
}
