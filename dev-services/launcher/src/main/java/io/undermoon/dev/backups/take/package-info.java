/**
 * Takes backups: follows all masters of a cluster as replicas do, holds their writers for some milliseconds to agree on
 * a point, and keeps what came up to there.
 */
@NullMarked
package io.undermoon.dev.backups.take;

import org.jspecify.annotations.NullMarked;
