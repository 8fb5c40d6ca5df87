package io.undermoon.proxy.control;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.HostPort;

/**
 * What commands answer with or obey of the proxy's configuration.
 *
 * @param version of this program
 * @param address where clients are listened for
 * @param busPortInNodes whether {@code CLUSTER NODES} puts a bus port after addresses ({@code cluster_nodes_version} v2)
 * @param threads event loops that serve clients
 * @param backendConnections connections of each event loop to each node
 * @param maxRedirections how many proxies may look at a redirected command
 * @param backendAdminCommands whether administrative commands reach the Redis nodes
 */
public record ControlSettings(
        String version,
        HostPort address,
        boolean busPortInNodes,
        int threads,
        int backendConnections,
        boolean activeRedirection,
        int maxRedirections,
        boolean backendAdminCommands) {
    public ControlSettings {
        requireNonNull(version, "version");
        requireNonNull(address, "address");
    }
}
