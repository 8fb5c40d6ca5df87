/**
 * Loads all other rooms and the product in classes whose time and chance are simulated. Has no types in common with
 * them.
 */
@NullMarked
package io.undermoon.simulation.loader;

import org.jspecify.annotations.NullMarked;
