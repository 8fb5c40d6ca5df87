/**
 * The model of Redis. Uses {@code world}.
 */
@NullMarked
package io.undermoon.simulation.redis;

import org.jspecify.annotations.NullMarked;
