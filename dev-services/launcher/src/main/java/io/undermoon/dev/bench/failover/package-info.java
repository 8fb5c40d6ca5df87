/**
 * Measures how long a client cannot write when a part of a cluster fails: of this system, and of Redis Cluster, in one
 * run, with real processes.
 */
@NullMarked
package io.undermoon.dev.bench.failover;

import org.jspecify.annotations.NullMarked;
