/**
 * Keeps the lease renewed: asks the partner, answers partners and coordinators. Stands on {@code lease}, {@code node}
 * and {@code topology}; knows no client.
 */
@NullMarked
package io.undermoon.proxy.lease.renewal;

import org.jspecify.annotations.NullMarked;
