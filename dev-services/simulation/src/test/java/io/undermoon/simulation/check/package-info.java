/**
 * The invariants, and the conditions that have to be reached. Observes {@code service} and {@code redis}.
 */
@NullMarked
package io.undermoon.simulation.check;

import org.jspecify.annotations.NullMarked;
