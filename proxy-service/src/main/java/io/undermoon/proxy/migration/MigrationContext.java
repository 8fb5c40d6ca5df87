package io.undermoon.proxy.migration;

import io.undermoon.metadata.MigrationConfig;
import io.undermoon.proxy.backend.NodeConnections;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.migration.copy.CopyContext;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;

/**
 * What all migrations of a proxy share.
 *
 * @param connections of the migration event loop, on which all of them run
 * @param clientConnections of the loops that serve clients
 * @param nodes the client for nodes and proxies, on the loop
 */
record MigrationContext(
        NodeConnections connections,
        List<NodeConnections> clientConnections,
        TopologyStore topology,
        Endpoints endpoints,
        CommandCatalog commands,
        NodeClient nodes,
        MigrationRecords records,
        MigrationSettings settings) {

    ProxyLoop loop() {
        return connections.loop();
    }

    /**
     * How long commands may be held: as the cluster's configuration says, and so that other proxies, which wait for the
     * replies to commands that they have forwarded, do not give their connections up.
     */
    long maxHoldMillis(MigrationConfig config) {
        return Math.max(1, Math.min(config.maxBlockingTime(), loop().settings().replyTimeoutMillis() / 2));
    }

    CopyContext copyContext() {
        return new CopyContext(
                loop(), nodes, records, commands.current(), settings.maxKeysPerSecond(), settings.maxBytesPerSecond());
    }
}
