package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeClient;

/**
 * What a copy attempt needs from the proxy.
 *
 * @param loop the event loop on which the attempt runs
 * @param nodes the client for nodes and proxies, on the loop
 * @param commands finds the keys in the commands of the replication stream
 * @param maxKeysPerSecond limit of keys copied; 0 for no limit
 * @param maxBytesPerSecond limit of serialized bytes copied; 0 for no limit
 */
public record CopyContext(
        ProxyLoop loop,
        NodeClient nodes,
        MigrationRecords records,
        CommandTable commands,
        long maxKeysPerSecond,
        long maxBytesPerSecond) {}
