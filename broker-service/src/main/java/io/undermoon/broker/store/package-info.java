/**
 * The single writer of the metadata: a plan is applied to the current value, stored, published as a snapshot, and
 * announced on the change feed. Uses {@code plan} and {@code storage}; has no HTTP.
 */
@NullMarked
package io.undermoon.broker.store;

import org.jspecify.annotations.NullMarked;
