/**
 * A Redis Cluster client for tools that test a cluster: it sends one command at a time, follows and counts
 * redirections, and reports for each command whether it took effect, did not, or may have. Knows {@code plan} for its
 * exception; no broker and no processes.
 */
@NullMarked
package io.undermoon.dev.clusterclient;

import org.jspecify.annotations.NullMarked;
