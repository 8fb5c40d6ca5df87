package io.undermoon.proxy.migration;

import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;

/**
 * What the migrations of a proxy share.
 *
 * @param connections of the loop on which they all live
 * @param clientConnections of the loops whose commands have to be waited for at a handover
 * @param calls asks nodes, on the loop
 * @param records of the nodes
 */
record Engine(
        NodeConnections connections,
        List<NodeConnections> clientConnections,
        TopologyStore topology,
        Endpoints endpoints,
        CommandCatalog commands,
        Calls calls,
        Records records,
        MigrationSettings settings) {
    ProxyLoop loop() {
        return connections.loop();
    }
}
