/**
 * Faults that are planted into the compiled classes in memory, to see that a test notices each of them. A module keeps
 * the list of its faults among its tests.
 */
@NullMarked
package io.undermoon.testsupport.faults;

import org.jspecify.annotations.NullMarked;
