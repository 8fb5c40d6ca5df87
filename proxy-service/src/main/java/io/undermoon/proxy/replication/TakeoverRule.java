package io.undermoon.proxy.replication;

import io.undermoon.proxy.lease.Lease;

/**
 * What a replica waits for before it becomes master in place of one whose proxy does not step down.
 *
 * @param lease of this proxy; where leases count for it, they do for the other one
 * @param trustsRefused whether a proxy has ended when connections to it are refused
 */
public record TakeoverRule(Lease lease, boolean trustsRefused) {}
