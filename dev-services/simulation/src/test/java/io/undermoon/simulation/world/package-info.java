/**
 * Time, processes and the network between them: the floor of the simulation. Knows nothing of Redis, and of the product
 * only what it calls instead of the JDK.
 */
@NullMarked
package io.undermoon.simulation.world;

import org.jspecify.annotations.NullMarked;
