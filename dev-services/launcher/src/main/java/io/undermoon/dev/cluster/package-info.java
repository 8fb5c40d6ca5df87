/**
 * A small client of Redis Cluster that hides nothing: one command at a time, redirections followed and counted, and of
 * each command told whether it took effect, did not, or may have. For tools that judge a cluster; an application uses a
 * client library. Knows {@code stack} for its exception; no broker and no processes.
 */
@NullMarked
package io.undermoon.dev.cluster;

import org.jspecify.annotations.NullMarked;
