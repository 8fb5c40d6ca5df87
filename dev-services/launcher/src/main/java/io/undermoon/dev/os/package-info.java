/**
 * The operating system: processes (start, identify, signal, measure), their ports and log files, and the programs that
 * are on PATH or come with the launcher. Knows {@code plan}; nothing of brokers or clusters.
 */
@NullMarked
package io.undermoon.dev.os;

import org.jspecify.annotations.NullMarked;
