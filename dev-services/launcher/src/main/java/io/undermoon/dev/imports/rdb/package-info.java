/**
 * Reads the snapshot that a Redis master sends to its replicas, as far as lengths go: each value comes out as {@code
 * DUMP} would give it. Knows nothing of connections.
 */
@NullMarked
package io.undermoon.dev.imports.rdb;

import org.jspecify.annotations.NullMarked;
