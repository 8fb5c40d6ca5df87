/**
 * Copies the metadata to other brokers, asynchronously: a safety net for the original's way of running replicas, not a
 * storage. Stands on {@code store}.
 */
@NullMarked
package io.undermoon.broker.replica;

import org.jspecify.annotations.NullMarked;
