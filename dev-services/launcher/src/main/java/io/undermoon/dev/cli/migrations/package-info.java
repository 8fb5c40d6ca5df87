/**
 * Commands that move slots within a cluster, and their progress.
 */
@NullMarked
package io.undermoon.dev.cli.migrations;

import org.jspecify.annotations.NullMarked;
