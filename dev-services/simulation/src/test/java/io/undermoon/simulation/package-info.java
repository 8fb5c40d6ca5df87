/**
 * Schedules of random faults for a whole installation on one thread, see {@link io.undermoon.simulation.Simulation}.
 */
@NullMarked
package io.undermoon.simulation;

import org.jspecify.annotations.NullMarked;
