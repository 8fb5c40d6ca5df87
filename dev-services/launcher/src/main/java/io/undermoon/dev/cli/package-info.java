/**
 * The command line: the program and the list of its commands. A command is one class, which reads options, calls, and
 * prints; the commands are in the folders, by what they are for, and the options that they share in {@code options}.
 * Top floor.
 */
@NullMarked
package io.undermoon.dev.cli;

import org.jspecify.annotations.NullMarked;
