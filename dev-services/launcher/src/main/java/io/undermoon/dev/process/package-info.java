/**
 * Operating-system processes: starting, recognising, signalling, their ports and their log files. Knows {@code stack};
 * nothing of brokers or clusters.
 */
@NullMarked
package io.undermoon.dev.process;

import org.jspecify.annotations.NullMarked;
