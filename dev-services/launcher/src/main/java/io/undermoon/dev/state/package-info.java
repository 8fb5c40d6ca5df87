/**
 * The data directory of a stack: its layout, its lock, and the state file that lets a later run continue. Knows
 * {@code stack} and {@code process}.
 */
@NullMarked
package io.undermoon.dev.state;

import org.jspecify.annotations.NullMarked;
