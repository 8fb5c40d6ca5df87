/**
 * Asynchronous copies of the metadata to other brokers, for the original's way of running replicas; not a storage.
 * Uses {@code store} and the HTTP client of {@code io.undermoon.client}.
 */
@NullMarked
package io.undermoon.broker.replica;

import org.jspecify.annotations.NullMarked;
