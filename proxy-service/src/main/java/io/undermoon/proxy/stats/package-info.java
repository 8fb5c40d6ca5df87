/**
 * Counters that one event loop writes without synchronisation and any thread reads. Knows no command, slot or node.
 */
@NullMarked
package io.undermoon.proxy.stats;

import org.jspecify.annotations.NullMarked;
