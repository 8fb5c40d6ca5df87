/**
 * The single writer of the metadata: a plan is applied to the present value, stored, published as a snapshot, and announced
 * on the change feed. Stands on {@code plan} and {@code storage}; knows nothing of HTTP.
 */
@NullMarked
package io.undermoon.broker.store;

import org.jspecify.annotations.NullMarked;
