/**
 * Bringing a stack up and down: the steps, their order and their waiting. Stands on every other room; knows no
 * command line.
 */
@NullMarked
package io.undermoon.dev.run;

import org.jspecify.annotations.NullMarked;
