/**
 * Drives the replication roles of the local Redis nodes and watches their health. Stands on {@code topology}.
 */
@NullMarked
package io.undermoon.proxy.replication;

import org.jspecify.annotations.NullMarked;
