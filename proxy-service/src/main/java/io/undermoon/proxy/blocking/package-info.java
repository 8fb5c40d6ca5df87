/**
 * Commands that block at a node, such as {@code BLPOP} and {@code WAIT}, on pinned connections.
 */
@NullMarked
package io.undermoon.proxy.blocking;

import org.jspecify.annotations.NullMarked;
