/**
 * Starts and stops stacks: the steps, their order and the conditions they wait for. Uses the rooms below; contains no
 * command line.
 */
@NullMarked
package io.undermoon.dev.lifecycle;

import org.jspecify.annotations.NullMarked;
