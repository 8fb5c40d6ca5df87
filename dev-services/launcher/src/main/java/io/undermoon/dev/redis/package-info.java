/**
 * Where the redis-server program comes from. Knows {@code stack} only for its exception.
 */
@NullMarked
package io.undermoon.dev.redis;

import org.jspecify.annotations.NullMarked;
