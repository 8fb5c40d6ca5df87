/**
 * Writes backups into clusters: values from the snapshots, then what was executed after them, each key to who serves
 * its slot now.
 */
@NullMarked
package io.undermoon.dev.backups.restore;

import org.jspecify.annotations.NullMarked;
