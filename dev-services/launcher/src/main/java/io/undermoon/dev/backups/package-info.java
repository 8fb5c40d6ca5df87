/**
 * Backups of the data of clusters: taken from all masters up to one agreed point, kept in a directory or in S3, and
 * written into a cluster of any size. {@code take} and {@code restore} do the work on what {@code manifest} describes
 * and {@code store} keeps; {@code catalog} says what is there. The connections and the reader of snapshots are those
 * of the import.
 */
@NullMarked
package io.undermoon.dev.backups;

import org.jspecify.annotations.NullMarked;
