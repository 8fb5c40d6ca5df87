/**
 * What is wrong with a system and what to do: the evidence that can be reached from here, and what follows from it.
 * Changes nothing. The diagnosis is a pure function of the evidence.
 */
@NullMarked
package io.undermoon.dev.doctor;

import org.jspecify.annotations.NullMarked;
