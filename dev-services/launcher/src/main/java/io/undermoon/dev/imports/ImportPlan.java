package io.undermoon.dev.imports;

import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is imported from where to where.
 *
 * @param database of the source; null for the only one that has keys, which is to be 0
 * @param maxBytesPerSecond that are written; 0 for no limit
 * @param maxWaitingBytes of values that may wait in memory to be written
 * @param spoolDirectory for the files of snapshots
 * @param once whether to end when all has been copied
 * @param takeOver whether to begin even if another process seems to run the same import
 */
public record ImportPlan(
        ServerUri from,
        Access fromAccess,
        ServerUri to,
        Access toAccess,
        ImportKeys keys,
        KeyFilter filter,
        @Nullable Integer database,
        ImportMode mode,
        long maxBytesPerSecond,
        long maxWaitingBytes,
        Path spoolDirectory,
        boolean once,
        boolean takeOver) {
    /** The number of the database of the source. */
    public int databaseNumber() {
        return database == null ? 0 : database;
    }

    /** What has to be the same whenever the import is continued. */
    public String settings() {
        return "db=" + databaseNumber() + " mode=" + mode.name().toLowerCase(java.util.Locale.ROOT) + " " + filter;
    }

    /** Whether a key is to be imported. */
    public boolean wants(byte[] key) {
        return !ImportKeys.isOurs(key) && filter.accepts(key);
    }
}
