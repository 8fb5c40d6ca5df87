/**
 * The command line: one class per command, which reads options, calls {@code run}, and prints. Top floor.
 */
@NullMarked
package io.undermoon.dev.cli;

import org.jspecify.annotations.NullMarked;
