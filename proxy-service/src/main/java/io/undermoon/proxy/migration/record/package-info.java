/**
 * The records of slot migrations that say who owns the moving slots. They are stored in database 1 of the Redis nodes
 * themselves, so that they are replicated with the data. Stands on {@code node}; decides nothing and copies no keys.
 */
@NullMarked
package io.undermoon.proxy.migration.record;

import org.jspecify.annotations.NullMarked;
