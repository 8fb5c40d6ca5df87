/**
 * Options that commands share, and what belongs to them: which system a command is for, how it shows its result,
 * whether it may change anything. Lowest of the floors of the command line.
 */
@NullMarked
package io.undermoon.dev.cli.options;

import org.jspecify.annotations.NullMarked;
