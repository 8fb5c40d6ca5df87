/**
 * The marks in the Redis nodes that say whose keys they have: finds out whether a node may be used for the cluster of
 * the metadata, and empties nodes whose keys are of no use any more. Stands on {@code node} and {@code topology}.
 */
@NullMarked
package io.undermoon.proxy.tenancy;

import org.jspecify.annotations.NullMarked;
