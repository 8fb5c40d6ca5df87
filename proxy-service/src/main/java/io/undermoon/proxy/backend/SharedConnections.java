package io.undermoon.proxy.backend;

import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shared connections of a loop with one kind of access and in one protocol, an array indexed by {@link
 * Endpoint#id}. Owned by the loop.
 */
final class SharedConnections {
    private final ProxyLoop loop;
    private final Access access;
    private final Protocol protocol;
    private final boolean underLease;
    private @Nullable SharedConnection[] byId = new SharedConnection[16];

    /** Retired connections on which replies are due; they may be of endpoints that are wanted again. */
    private final List<SharedConnection> retired = new ArrayList<>(0);

    SharedConnections(ProxyLoop loop, Access access, Protocol protocol) {
        this(loop, access, protocol, access != Access.PROXY);
    }

    /** @param underLease whether nodes are used only under the lease */
    SharedConnections(ProxyLoop loop, Access access, Protocol protocol, boolean underLease) {
        this.underLease = underLease;
        this.loop = loop;
        this.access = access;
        this.protocol = protocol;
    }

    /** The connection to an endpoint, created by the first call. */
    SharedConnection get(Endpoint endpoint) {
        int id = endpoint.id();
        if (id < byId.length) {
            SharedConnection existing = byId[id];
            if (existing != null && !existing.isRetired()) {
                return existing;
            }
        } else {
            byId = Arrays.copyOf(byId, Math.max(id + 1, byId.length * 2));
        }
        SharedConnection made = new SharedConnection(loop, endpoint, access, protocol, underLease);
        byId[id] = made;
        return made;
    }

    /** Adds all connections to an endpoint on which commands may be in flight. */
    void addExisting(Endpoint endpoint, List<SharedConnection> found) {
        SharedConnection present = endpoint.id() < byId.length ? byId[endpoint.id()] : null;
        if (present != null && !present.isRetired()) {
            found.add(present);
        }
        for (SharedConnection connection : retired) {
            if (connection.endpoint().equals(endpoint) && !connection.isClosed()) {
                found.add(connection);
            }
        }
    }

    /** Adds all connections, retired ones on which replies are due included. */
    void addAll(List<BackendConnection> found) {
        for (SharedConnection connection : byId) {
            if (connection != null) {
                found.add(connection);
            }
        }
        found.addAll(retired);
    }

    /** Retires the connections to all other endpoints: each closes once its replies have arrived. */
    void retain(Set<Endpoint> wanted) {
        retired.removeIf(SharedConnection::isClosed);
        for (int id = 0; id < byId.length; id++) {
            SharedConnection connection = byId[id];
            if (connection != null && !wanted.contains(connection.endpoint())) {
                byId[id] = null;
                connection.closeWhenDrained();
                if (!connection.isClosed()) {
                    retired.add(connection);
                }
            }
        }
    }

    /** See {@link NodeConnections#endUnlessAnswering}. */
    void endUnlessAnswering() {
        for (SharedConnection connection : byId.clone()) {
            if (connection != null) {
                connection.endUnlessAnswering();
            }
        }
        List.copyOf(retired).forEach(SharedConnection::endUnlessAnswering);
    }

    /** Closes all connections at once. */
    void close() {
        for (SharedConnection connection : byId) {
            if (connection != null) {
                connection.closeNow("the proxy is stopping");
            }
        }
        Arrays.fill(byId, null);
        retired.forEach(connection -> connection.closeNow("the proxy is stopping"));
        retired.clear();
    }
}
