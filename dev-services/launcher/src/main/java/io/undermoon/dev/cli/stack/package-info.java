/**
 * Commands about the stack of this machine: they start, stop, restart and serve its processes, and show their logs.
 */
@NullMarked
package io.undermoon.dev.cli.stack;

import org.jspecify.annotations.NullMarked;
