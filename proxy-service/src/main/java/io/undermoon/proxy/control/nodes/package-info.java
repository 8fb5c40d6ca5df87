/**
 * Commands that the proxy runs on Redis nodes for an administrator: {@code DEBUG}, {@code MEMORY}, {@code LATENCY},
 * {@code UMCTL ADMIN}, the forms of {@code CONFIG}, {@code INFO} and {@code SLOWLOG} for the nodes, and the keys of a
 * slot.
 */
@NullMarked
package io.undermoon.proxy.control.nodes;

import org.jspecify.annotations.NullMarked;
