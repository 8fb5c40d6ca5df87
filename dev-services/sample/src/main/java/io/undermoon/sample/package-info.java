/** A shop: carts that expire, counters, a leader board and a stream, on the Redis client of Quarkus. */
@NullMarked
package io.undermoon.sample;

import org.jspecify.annotations.NullMarked;
