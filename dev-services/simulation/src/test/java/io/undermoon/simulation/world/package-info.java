/**
 * Time, processes and the network between them: the floor of the simulation. Knows nothing of Redis or of the product, but
 * what the product calls instead of the JDK.
 */
@NullMarked
package io.undermoon.simulation.world;

import org.jspecify.annotations.NullMarked;
