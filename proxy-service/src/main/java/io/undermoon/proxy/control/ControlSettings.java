package io.undermoon.proxy.control;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.HostPort;

/**
 * The configuration that local commands report or obey.
 *
 * @param version of this program
 * @param address on which clients connect
 * @param busPortInNodes whether addresses in {@code CLUSTER NODES} have a bus port ({@code cluster_nodes_version} v2)
 * @param hostNamesInSlots whether nodes in {@code CLUSTER SLOTS} have the element for host names of Redis 7
 *     ({@code cluster_slots_version} v2)
 * @param threads number of event loops for clients
 * @param backendConnections connections of each event loop to each node
 * @param maxRedirections how many proxies may forward one command
 * @param backendAdminCommands whether administrative commands reach the Redis nodes
 */
public record ControlSettings(
        String version,
        HostPort address,
        boolean busPortInNodes,
        boolean hostNamesInSlots,
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
