package io.undermoon.proxy.migration;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.migration.copy.CopyContext;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;

/**
 * What the migrations of a proxy share.
 *
 * @param loop on which they all live
 * @param clientLoops those whose commands have to be waited for at a handover
 * @param calls asks nodes, on the loop
 * @param records of the nodes
 */
record MigrationContext(
        ProxyLoop loop,
        List<ProxyLoop> clientLoops,
        TopologyStore topology,
        Endpoints endpoints,
        CommandCatalog commands,
        Calls calls,
        MigrationRecords records,
        MigrationSettings settings) {

    CopyContext copyContext() {
        return new CopyContext(
                loop,
                calls,
                records,
                commands.current(),
                settings.maxKeysPerSecond(),
                settings.maxBytesPerSecond());
    }
}
