/**
 * The roles of the Redis nodes behind this proxy: ordered by {@code SETREPL}, verified all the time, with the health of
 * the nodes and the lag of replicas. Stands on {@code topology} and {@code node}; knows no client.
 */
@NullMarked
package io.undermoon.proxy.replication;

import org.jspecify.annotations.NullMarked;
