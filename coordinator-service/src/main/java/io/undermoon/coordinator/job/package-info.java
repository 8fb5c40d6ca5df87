/**
 * The top floor: wires everything, runs the loops once per interval, watches the broker and counts. Nothing imports this room.
 */
@NullMarked
package io.undermoon.coordinator.job;

import org.jspecify.annotations.NullMarked;
