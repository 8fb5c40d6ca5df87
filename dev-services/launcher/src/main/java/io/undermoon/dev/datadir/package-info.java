/**
 * The data directory of a stack: its layout, its lock, and the state file that lets a later run continue. Knows
 * {@code plan} and {@code os}.
 */
@NullMarked
package io.undermoon.dev.datadir;

import org.jspecify.annotations.NullMarked;
