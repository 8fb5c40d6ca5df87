/**
 * Commands that talk to a cluster as its clients do: they read and write keys.
 */
@NullMarked
package io.undermoon.dev.cli.data;

import org.jspecify.annotations.NullMarked;
