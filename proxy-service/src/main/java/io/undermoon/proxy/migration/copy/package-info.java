/**
 * Copying the keys of moving slots from one Redis node to another, following the changes at the source meanwhile, and
 * deleting keys of slots. The rate follows the load of the nodes. Stands on {@code migration.record}, {@code command}
 * and {@code node}; knows no task and does not decide who owns slots.
 */
@NullMarked
package io.undermoon.proxy.migration.copy;

import org.jspecify.annotations.NullMarked;
