package io.undermoon.dev.backups.restore;

import io.undermoon.dev.imports.destination.ImportKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keys of clients' database that are not clients'. */
final class OwnKeys {
    /** Where a restore is noted while it goes on. */
    static final String MARKER = "undermoon:restore";

    /** Expires unless the process that restores prolongs it. */
    static final String LOCK = "undermoon:restore:lock";

    private static final byte[] PREFIX = MARKER.getBytes(StandardCharsets.US_ASCII);

    private OwnKeys() {}

    /** Whether a key belongs to a restore or an import, and is not restored. */
    static boolean isOurs(byte[] key) {
        return ImportKeys.isOurs(key)
                || key.length >= PREFIX.length && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }
}
