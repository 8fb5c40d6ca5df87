package io.undermoon.dev.backups.restore;

import java.util.concurrent.atomic.AtomicLong;

/** How far a restore is; thread-safe. */
final class Counts {
    /** Values that were written from snapshots. */
    final AtomicLong keys = new AtomicLong();

    /** Bytes of those. */
    final AtomicLong bytes = new AtomicLong();

    /** Commands of streams that were executed. */
    final AtomicLong commands = new AtomicLong();

    /** Keys that had expired, or that are not the clients'. */
    final AtomicLong leftOut = new AtomicLong();
}
