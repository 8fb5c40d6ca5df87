/**
 * Which system a command is for, and how it logs in there: contexts in a file, the environment, options. Secrets are
 * read from files and the environment, and are in no message. Knows no command.
 */
@NullMarked
package io.undermoon.dev.access;

import org.jspecify.annotations.NullMarked;
