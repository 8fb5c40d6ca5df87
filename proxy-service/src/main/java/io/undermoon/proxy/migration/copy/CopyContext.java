package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.MigrationRecords;

/**
 * What a copy attempt needs from the proxy.
 *
 * @param loop the event loop on which the attempt runs
 * @param calls sends commands to nodes, on the loop
 * @param commands finds the keys in the commands of the replication stream
 * @param maxKeysPerSecond limit of keys copied; 0 for no limit
 * @param maxBytesPerSecond limit of serialized bytes copied; 0 for no limit
 */
public record CopyContext(
        ProxyLoop loop,
        Calls calls,
        MigrationRecords records,
        CommandTable commands,
        long maxKeysPerSecond,
        long maxBytesPerSecond) {}
