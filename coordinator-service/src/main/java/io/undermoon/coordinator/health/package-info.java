/**
 * Liveness and readiness. Stands on plain facts handed in by {@code job}; imports no loop.
 */
@NullMarked
package io.undermoon.coordinator.health;

import org.jspecify.annotations.NullMarked;
