/**
 * Decides about slot migrations: the state machine and the tasks of the source and the destination side, the switch,
 * and the cleanup afterwards. Stands on {@code migration.record}, {@code migration.copy} and {@code topology}; knows no
 * client session.
 *
 * <p>Everything in this room and its subrooms runs on one event loop of its own, so client loops are not disturbed and
 * there are no locks.
 */
@NullMarked
package io.undermoon.proxy.migration;

import org.jspecify.annotations.NullMarked;
