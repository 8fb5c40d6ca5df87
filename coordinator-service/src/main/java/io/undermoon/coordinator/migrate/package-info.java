/**
 * Follows running migrations: commits finished ones at the broker, and tells it how far the others are. A loop: imports no other loop, no adapter, no Quarkus.
 */
@NullMarked
package io.undermoon.coordinator.migrate;

import org.jspecify.annotations.NullMarked;
