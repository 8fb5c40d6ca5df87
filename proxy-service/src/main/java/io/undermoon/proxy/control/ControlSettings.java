package io.undermoon.proxy.control;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * What commands answer with or obey of the proxy's configuration.
 *
 * @param version of this program
 * @param address where clients are listened for
 * @param password what clients log in with; absent when they need not
 * @param busPortInNodes whether {@code CLUSTER NODES} puts a bus port after addresses ({@code cluster_nodes_version} v2)
 * @param threads event loops that serve clients
 * @param backendConnections connections of each event loop to each node
 * @param maxRedirections how many proxies may look at a redirected command
 */
public record ControlSettings(
        String version,
        HostPort address,
        @Nullable String password,
        boolean busPortInNodes,
        int threads,
        int backendConnections,
        boolean activeRedirection,
        int maxRedirections) {
    public ControlSettings {
        requireNonNull(version, "version");
        requireNonNull(address, "address");
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "ControlSettings[version=" + version + ", address=" + address + "]";
    }
}
