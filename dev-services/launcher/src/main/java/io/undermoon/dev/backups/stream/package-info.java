/** The streams of replication that backups keep: their commands with the offsets at which they end. */
@NullMarked
package io.undermoon.dev.backups.stream;

import org.jspecify.annotations.NullMarked;
